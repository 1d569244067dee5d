import { Metric } from "effect"

/** How long searches took, in milliseconds, by `leg`: `keyword`, `semantic` (without making the vector), or `all`. */
export const searchDuration = Metric.timer("crosswalk_search_duration", {
  description: "How long searches took, by leg",
  // 0.25 ms to some 16 s.
  boundaries: Metric.exponentialBoundaries({ start: 0.25, factor: 2, count: 17 })
})

/** How many hits searches gave. */
export const searchHits = Metric.histogram("crosswalk_search_hits", {
  description: "How many hits searches gave",
  boundaries: [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
})

/** How many references the last search by meaning could not look at, because they have no vector of the model in use. */
export const unsearched = Metric.gauge("crosswalk_search_unsearched", {
  description: "How many references the last search by meaning could not look at"
})

/** How many hybrid searches compared words alone because the model failed, by `reason`. */
export const degraded = Metric.counter("crosswalk_search_degraded", {
  description: "How many hybrid searches compared words alone because the model failed, by reason",
  incremental: true
})

/** How many vectors are in the index in memory. */
export const indexVectors = Metric.gauge("crosswalk_index_vectors", {
  description: "How many vectors are in the index in memory"
})

/** How many bytes the words of all texts take in memory; 0 while the tables answer. */
export const indexWords = Metric.gauge("crosswalk_index_words_bytes", {
  description: "How many bytes the words of all texts take in memory"
})

/** How many references were embedded, by `model`. */
export const embeddedTexts = Metric.counter("crosswalk_embedded_texts", {
  description: "How many references were embedded, by model",
  incremental: true
})

/** How many references could not be embedded because of their text, by `model`. */
export const failedTexts = Metric.counter("crosswalk_failed_texts", {
  description: "How many references could not be embedded because of their text, by model",
  incremental: true
})

/** How many texts wait for the worker threads of a model or are in them, by `model`. */
export const queuedTexts = Metric.gauge("crosswalk_queued_texts", {
  description: "How many texts wait for the worker threads of a model or are in them, by model"
})
