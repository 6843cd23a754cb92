// The test that runs the build puts the application there.
export const proxy = (request) => globalThis.contractApplication.proxy(request)
