/** For the pages router: API routes and `getServerSideProps`. For the app router see `@authlib/next`. */

export * from './adapter.ts'
export * from './mount.ts'
export * from './protect.ts'
