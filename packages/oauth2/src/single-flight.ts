/** Callers at the same time share one answer. */

export function singleFlight<T>(flights: Map<string, Promise<T>>, key: string, run: () => Promise<T>): Promise<T> {
  const underWay = flights.get(key)
  if (underWay !== undefined) return underWay
  const flight = run().finally(() => flights.delete(key))
  flights.set(key, flight)
  return flight
}
