const answer = (event) => globalThis.contractApplication.answer(event)

export const trailingSlash = 'ignore'
export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
}
