/** The same for `import`: one implementation, as of the main entry. */

export * from './index.js';
