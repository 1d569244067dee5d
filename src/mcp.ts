/**
 * `crosswalk/mcp`: the tools, resources and prompts of a store for agents, over the Model Context Protocol.
 *
 * @module
 */
import "./domain/Requirements.ts"

export { type Actor, CurrentActor } from "./mcp/Actor.ts"
export { CurrentSurroundings, McpOptions, type Surroundings } from "./mcp/McpOptions.ts"
export * as Mcp from "./mcp/Server.ts"
