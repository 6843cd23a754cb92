import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const tests = ['**/*.test.ts', '**/*.test-d.ts', 'test/**/*.ts', 'examples/*/test/**/*.ts', 'bench/**/*.ts']

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/coverage/',
    '**/.svelte-kit/',
    '**/.next/',
    '**/.nuxt/',
    '**/.output/',
    'examples/.packed/',
    'packages/create/templates/', // made of the examples
    'examples/{nestjs,next,sveltekit}/', // of other settings of TypeScript; their builds check them
    'docs/api/',
    'docs/.vitepress/',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      // One program for everything: twice as fast as a project service. Next.js changes the types of `process.env`.
      parserOptions: {
        project: ['./tsconfig.json', './packages/next/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-definitions': 'off', // a shape that is stored as JSON must be a type
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-inferrable-types': 'off', // isolatedDeclarations wants the annotations
      '@typescript-eslint/no-invalid-void-type': 'off', // a moment of an extension returns changes or nothing
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/require-await': 'off', // async turns a throw into a rejection, which is what a caller expects
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      'no-else-return': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: tests,
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take a `clock` option.' },
        { object: 'Math', property: 'random', message: 'Take a `random` option.' },
      ],
    },
  },
  { files: ['packages/core/src/clock.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: tests,
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off', // response.json() and expect.any() are any
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], languageOptions: { globals: { URL: 'readonly', console: 'readonly' } } },
)
