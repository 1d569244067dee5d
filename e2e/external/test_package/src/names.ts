/** Types that a program wants to name: those of the options and answers that it passes on. Only compiled. */
import type * as C from "crosswalk"
import type { Client, LibsqlClient } from "crosswalk/libsql"
import type * as P from "crosswalk/promise"

export type Names = readonly [
  C.Boilerplate,
  C.CrosswalkError,
  C.Deterministic.DeterministicOptions,
  C.EffectAi.EmbedderOptions,
  C.EmbedderConfig,
  C.FacetCount,
  C.Facets,
  C.Leg,
  C.LogOptions,
  C.MetadataCondition["operator"],
  C.RelationFilter,
  C.RelationTotals,
  C.ReplaceTotals,
  C.SaveManyOptions,
  C.SearchError,
  C.Store.Config,
  C.Store.LiveConfig,
  C.SuggestError,
  C.SuggestHooks,
  C.SuggestionScope,
  C.Suggestions,
  C.Transformers.Dtype,
  C.Transformers.Pooling,
  C.Transformers.TransformersOptions,
  C.UpdateOptions,
  Client,
  LibsqlClient.Config,
  LibsqlClient.Kind,
  P.PromiseStore
]
