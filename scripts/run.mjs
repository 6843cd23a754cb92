// Runs pnpm with the arguments given, on the pinned pnpm and a supported Node.js. Whichever of the two is missing here is
// fetched through npx. With `--only <folder> <script>` it runs the script of that package, and installs no more than the
// package needs to run, unless everything is installed already; what is missing after that is installed before anything else
// runs. Plain JavaScript without dependencies, because it has to start on any Node.js.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { setInterval } from 'node:timers'
import { fileURLToPath } from 'node:url'

const FALLBACK_NODE = '24.21.0' // used when the running Node.js is older than engines.node

const parent = process.ppid
const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const pnpm = manifest.packageManager.split('+')[0]
const shell = process.platform === 'win32' // npx and pnpm are .cmd files there

// npm hands its user's settings to the scripts it runs; `nodedir` and `yes` were meant for another Node.js.
const env = { ...process.env }
for (const name of Object.keys(env)) if (/^npm_config_(nodedir|yes)$/i.test(name)) delete env[name]

const missing = [...(nodeIsOld() ? [`node@${FALLBACK_NODE}`] : []), ...(pnpmIsMissing() ? [pnpm] : [])]
if (missing.length > 0) env.PATH = fetchThroughNpx(missing)

const [flag, folder, ...script] = process.argv.slice(2)
if (flag !== '--only') completeInstallation()
const child = spawn('pnpm', flag === '--only' ? prepare(folder, script) : process.argv.slice(2), {
  cwd: root,
  env,
  shell,
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal) // a terminal sends Ctrl-C to the whole group itself
  })
}
// npm ends its own shell on a signal, and that shell tells nobody: without this, what was started would go on unseen.
setInterval(() => process.ppid === parent || child.kill(), 250).unref()
child.on('error', (error) => {
  console.error(`pnpm: ${error.message}`)
  process.exitCode = 1
})
child.on('close', (code, signal) => {
  process.exitCode = code ?? (signal ? 130 : 1)
})

/** The arguments that run the script. */
function prepare(folder, script) {
  const { name } = JSON.parse(readFileSync(new URL(`../${folder}/package.json`, import.meta.url), 'utf8'))
  if (isComplete()) return ['--filter', name, ...script]
  install('--prod', '--filter', `${name}...`)
  return ['--config.verify-deps-before-run=false', '--filter', name, ...script]
}

/** pnpm remembers that only a part was wanted, and would run without the rest. */
function completeInstallation() {
  if (existsSync(new URL('../node_modules', import.meta.url)) && !isComplete()) install('--prod=false')
}

function install(...wanted) {
  const options = [
    '--frozen-lockfile',
    '--config.trust-lockfile=true', // the lockfile of the repository was verified when it was made
    '--config.confirm-modules-purge=false', // it asks no one before it installs in another way than before
    '--config.fetch-timeout=15000', // a download that hangs is tried again after fifteen seconds, not a minute
  ]
  const { status } = spawnSync('pnpm', ['install', ...options, ...wanted], { cwd: root, env, shell, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** Whether the dependencies of development are there: a contributor's folder, which pnpm keeps up to date itself. */
function isComplete() {
  return existsSync(new URL('../node_modules/turbo', import.meta.url))
}

function nodeIsOld() {
  const [wantMajor, wantMinor] = manifest.engines.node.match(/\d+/g).map(Number)
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major < wantMajor || (major === wantMajor && minor < wantMinor)
}

function pnpmIsMissing() {
  const found = spawnSync('pnpm', ['--version'], { cwd: root, env, shell, encoding: 'utf8' }).stdout ?? ''
  return Number.parseInt(found, 10) !== Number.parseInt(pnpm.slice('pnpm@'.length), 10)
}

/** The PATH on which the packages are found. npx only supplies it: pnpm stays our direct child, so signals reach it. */
function fetchThroughNpx(packages) {
  console.error(`Fetching ${packages.join(' and ')} with npx`)
  const npx = spawnSync('npx', ['-y', ...packages.flatMap((name) => ['-p', name]), '-c', 'node -p process.env.PATH'], {
    cwd: root,
    env,
    shell,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (npx.status === 0) return npx.stdout.trim()
  console.error(`That failed: install Node.js ${manifest.engines.node} and ${pnpm} yourself.`)
  process.exit(1)
}
