// The test that runs the build puts the application there.
export const handle = (input) => globalThis.contractApplication?.handle(input) ?? input.resolve(input.event)
