export default function Page() {
  return (
    <main>
      <h1>My App</h1>
      {/* not <Link>, whose prefetch would begin a login */}
      <p>
        <a href="/login">Log in</a>
      </p>
    </main>
  )
}
