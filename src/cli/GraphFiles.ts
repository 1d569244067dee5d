/** What `graph` needs when it runs. */
export { read } from "../crosswalk/Graph.ts"
export { render as dot } from "../report/GraphDot.ts"
export { render as svg } from "../report/GraphSvg.ts"
