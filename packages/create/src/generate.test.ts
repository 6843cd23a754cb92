import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { frameworks, generateProject, templates, type ProjectOptions } from './index.ts'
import { importsOf, packageOf } from './parts.ts'

const EXAMPLES = join(import.meta.dirname, '../../../examples')
const folder = mkdtempSync(join(tmpdir(), 'authlib-create-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Choice = Pick<ProjectOptions, 'framework' | 'template'>
const all: readonly Choice[] = frameworks.flatMap((framework) => templates.map((template) => ({ framework, template })))
let made = 0

function generate(choice: Choice) {
  const project = join(folder, `${made++}`)
  const files = generateProject({ folder: project, ...choice })
  const read = (path: string): string => readFileSync(join(project, path), 'utf8')
  const manifest = JSON.parse(read('package.json')) as Record<'scripts' | 'dependencies', Record<string, string>>
  return { project, files, read, manifest }
}

describe.each(all)('$template on $framework', (choice) => {
  it('has all that it imports, and depends on no more than that', () => {
    const { files, read, manifest } = generate(choice)
    const code = files.filter((path) => /\.tsx?$/.test(path))
    const used = new Set<string>()
    for (const path of code) {
      for (const specifier of importsOf(read(path))) {
        if (!specifier.startsWith('.')) used.add(packageOf(specifier))
        else expect(files.includes(posix.join(dirname(path), specifier).replace(/(\.ts)?$/, '.ts'))).toBe(true)
      }
    }
    const always = choice.framework === 'next' ? ['next', 'react', 'react-dom'] : []
    expect(Object.keys(manifest.dependencies).sort()).toEqual([...new Set([...used, ...always])].sort())
    expect(files.map(read).join('')).not.toContain('@authlib/source')
    expect(manifest.dependencies[`@authlib/${choice.framework}`]).toBe('^0.0.0')
    expect('@authlib/mcp' in manifest.dependencies).toBe(choice.template === 'mcp')
  })

  it('has a secret of its own for each that it reads, and keeps them out of git', () => {
    const { read } = generate(choice)
    const secrets = (text: string): readonly string[] => text.match(/(?<=_SECRET=).+/g) ?? []
    const first = secrets(read('.env'))
    expect(first).toHaveLength(choice.template === 'provider' || choice.template === 'client' ? 2 : 0)
    for (const secret of first) expect(Buffer.from(secret, 'base64')).toHaveLength(32)
    expect(secrets(generate(choice).read('.env')).filter((secret) => first.includes(secret))).toEqual([])
    expect(read('.gitignore').split('\n')).toContain('.env')
  })
})

describe.each(all.filter(({ framework }) => framework !== 'next'))('$template on $framework', (choice) => {
  it('starts and answers', async () => {
    const { project, read, manifest } = generate(choice)
    linkDependencies(project, choice)
    const port = await freePort()
    const url = `http://localhost:${port}`
    writeFileSync(join(project, '.env'), `${read('.env')}${variableOf(choice)}=${url}\n`)
    const [, ...args] = manifest.scripts['start']!.split(' ')
    const child = spawn(process.execPath, ['--conditions=@authlib/source', ...args], { cwd: project, stdio: 'pipe' })
    try {
      await new Promise<void>((resolve, reject) => {
        child.stdout.once('data', () => resolve())
        child.stderr.once('data', (text: Buffer) => reject(new Error(text.toString())))
      })
      const response = await fetch(url + pathOf(choice), { method: choice.template === 'mcp' ? 'POST' : 'GET' })
      expect(response.status).toBe(choice.template === 'api' || choice.template === 'mcp' ? 401 : 200)
    } finally {
      child.kill()
    }
  }, 60_000)
})

describe.each(frameworks)('a project on %s', (framework) => {
  it('has no fault of types', () => {
    const { project } = generate({ framework, template: framework === 'next' ? 'client' : 'provider' })
    linkDependencies(project, { framework, template: 'provider' })
    const tsc = join(project, 'node_modules/typescript/bin/tsc')
    const types = ['--customConditions', '@authlib/source']
    execFileSync(process.execPath, [tsc, ...types], { cwd: project, stdio: 'inherit' })
  }, 120_000)
})

describe('generateProject', () => {
  it('leaves a folder alone that is not empty', () => {
    const { project } = generate({ framework: 'hono', template: 'api' })
    expect(() => generateProject({ folder: project, framework: 'hono', template: 'api' })).toThrow('is not empty')
  })
})

describe('the command', () => {
  const command = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'command.ts'), ...args], { cwd: folder, encoding: 'utf8' })

  it('makes a project', () => {
    const { stdout } = command('my-notes', '--template', 'api', '--framework', 'hono')
    expect(stdout).toContain('cd my-notes && npm install && npm start')
    expect(existsSync(join(folder, 'my-notes/src/api.ts'))).toBe(true)
  })

  it('says what there is when an argument is missing or wrong', () => {
    const { status, stderr } = command('other', '--template', 'api', '--framework', 'rails')
    expect([status, stderr]).toEqual([1, expect.stringContaining('one of express, hono, fastify, next')])
    expect(command('other').stderr).toContain('--template must be one of provider, client, api, mcp')
    expect(existsSync(join(folder, 'other'))).toBe(false)
  })
})

/** Those of the example, which links to the packages of this repository. */
function linkDependencies(project: string, { framework }: Choice): void {
  symlinkSync(join(EXAMPLES, framework, 'node_modules'), join(project, 'node_modules'))
}

/** The variable that says where it listens. */
function variableOf({ template }: Choice): string {
  return { provider: 'ISSUER', client: 'APP_URL', api: 'API_URL', mcp: 'API_URL' }[template]
}

function pathOf({ template }: Choice): string {
  return { provider: '/.well-known/openid-configuration', client: '/', api: '/notes', mcp: '/mcp' }[template]
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  await new Promise((resolve) => server.close(resolve))
  return port
}
