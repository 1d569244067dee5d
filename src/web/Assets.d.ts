/** Styles that a view brings along; Vite makes files of them. */
declare module "*.css"
