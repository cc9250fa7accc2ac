// This repository's provider.

import { require, versioned } from '../../../languages/node/peers/support.mjs';

const { FlagBit } = require('flagbit');
const { FlagBitProvider } = require('flagbit/openfeature');

export const name = `${versioned('flagbit').replace('flagbit', 'FlagBit')}, provider`;

export const open = (file) => new FlagBitProvider(FlagBit.fromFile(file('flagbit.json')));
