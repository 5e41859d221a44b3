import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const node = {
  console: 'readonly',
  process: 'readonly',
  Buffer: 'readonly',
  setTimeout: 'readonly',
  URL: 'readonly',
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      // Numbers and booleans in a template literal print what one expects.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Generators of connectors and interface methods are async by contract, not by need.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['inversify', 'jiti'], allowTypeImports: true, message: 'Only src/host may import it.' },
          ],
        },
      ],
      // Text that must not contain control characters is checked for them.
      'no-control-regex': 'off',
    },
  },
  { files: ['src/host/**'], rules: { '@typescript-eslint/no-restricted-imports': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], languageOptions: { globals: node } },
);
