//! Tests that would take minutes or a thousand clients: they shorten the seconds, or use a simulated clock.

mod simulation;
mod timeline;
