/** The entry for `import`. It shares its implementation with `require`, so a program has each class once. */

export * from './index.js';
