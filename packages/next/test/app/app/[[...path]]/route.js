import { nextAdapter } from '../../../.output/adapter.js'

// The test that runs the build puts the application there.
const handle = (request) => globalThis.contractApplication.answer(request, nextAdapter)

export const dynamic = 'force-dynamic'
export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
}
