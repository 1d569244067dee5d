/** What `graph` needs when it runs. */
export { read } from "../crosswalk/Graph.ts"
export { render as dot } from "../crosswalk/GraphDot.ts"
export { render as svg } from "../crosswalk/GraphSvg.ts"
