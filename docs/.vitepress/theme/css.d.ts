/** Style sheets have no types: Vite takes them from the import alone. */
declare module '*.css'
