/** As the route beside it, behind the body parser of Next.js. */
export default (request, response) => globalThis.contractApplication.answer(request, response)
