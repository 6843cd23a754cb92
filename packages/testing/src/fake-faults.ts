/** What goes wrong between a client and a provider. */

/**
 * `unreachable`: nothing arrives. `lost`: the provider does its work, and the answer does not arrive. `slow`: no answer, until
 * the client gives up. A number: an empty answer with that status.
 */
export type FakeFault = 'unreachable' | 'lost' | 'slow' | number

/** The usual answer, or what the fault makes of it. A server breaks the connection where this throws. */
export async function faultyAnswer(fault: FakeFault | undefined, usual: () => Promise<Response>): Promise<Response> {
  if (typeof fault === 'number') return new Response(null, { status: fault })
  if (fault === 'unreachable') throw new TypeError('fetch failed')
  if (fault === 'slow') return new Promise(() => undefined)
  const response = await usual()
  if (fault === 'lost') throw new TypeError('fetch failed')
  return response
}
