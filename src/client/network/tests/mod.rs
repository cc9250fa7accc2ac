//! What takes minutes or a thousand clients: with shortened seconds, and on a clock of numbers.

mod simulation;
mod timeline;
