import { Schema } from "effect"

/**
 * What a reference is for in its catalog: a `requirement` asks for something, a `heading` only groups others, `guidance`
 * explains. Only requirements are suggested, covered and compared.
 */
export const Role = Schema.Literals(["requirement", "heading", "guidance"])
export type Role = typeof Role.Type
