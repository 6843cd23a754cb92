/** What servers and clients do, shown to OpenTelemetry. Nothing is imported from it. */

export { traceEvents, type TracedEvent } from './trace-events.ts'
export { traceFetch } from './trace-fetch.ts'
export type { SpanLike, SpanStart, TracerLike } from './tracer.ts'
