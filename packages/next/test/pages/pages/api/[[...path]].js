// The test that runs the build puts the application there.
export default (request, response) => globalThis.contractApplication.answer(request, response)

export const config = { api: { bodyParser: false } }
