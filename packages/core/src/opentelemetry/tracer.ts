/** The part of `@opentelemetry/api` that is called here. Its `Tracer` and `Span` fit. */

/** What a span starts with. `kind` is a `SpanKind` of OpenTelemetry. */
export interface SpanStart {
  readonly kind: number
  readonly attributes: Record<string, string | number>
}

/** As a `Span`. `code` is a `SpanStatusCode`. */
export interface SpanLike {
  setAttribute(name: string, value: string | number): unknown
  setStatus(status: { readonly code: number }): unknown
  end(): void
}

/** As a `Tracer`: what `trace.getTracer('auth')` returns. */
export interface TracerLike {
  startSpan(name: string, start: SpanStart): SpanLike
  startActiveSpan<Result>(name: string, start: SpanStart, run: (span: SpanLike) => Result): Result
}

export const INTERNAL = 0 // SpanKind
export const CLIENT = 2 // SpanKind

const ERROR = 2 // SpanStatusCode

/** Marks a span as failed. `type` is of few values: a code, a status or the name of an error, never its message. */
export function fail(span: SpanLike, type: string): void {
  span.setAttribute('error.type', type)
  span.setStatus({ code: ERROR })
}

/** The code of an error or of its cause, or else its name. Messages are not looked at: some quote URLs. */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER'
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: { code?: unknown } | null } // or anything
  return [code, cause?.code, name].find(isWord) ?? '_OTHER'
}

/** A code or a name, as programs have them; text for people is none. */
export function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^\w{1,64}$/.test(value)
}
