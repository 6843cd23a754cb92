export const getServerSideProps = (context) => globalThis.contractApplication.props(context)

export default function Who({ subject }) {
  return <p>{`Hello ${subject}`}</p>
}
