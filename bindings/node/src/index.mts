/** The same for `import`: one implementation, so that a program that uses both has one class of each name. */

export * from './index.js';
