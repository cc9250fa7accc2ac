/** The entry for `import`. It shares its implementation with `require`, as the main entry does. */

export * from './index.js';
