//! Files of real compilers, linkers and archivers, read and compared with what other tools say of them. In one program, so that
//! it is linked once.

mod cc;
mod objects;
mod lines;
mod archives;
mod linkers;
mod system;
