//! Which registers hold a system call and its result. Sources: the kernel's tables of system calls, and the layouts of
//! `user_regs_struct` (x86-64), `user_pt_regs` (aarch64) and of their 32-bit programs.

use crate::sys::ptrace::Registers;

/// A program asks for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenCall {
    /// The directory that a relative path starts from; `None` for the current one.
    pub directory: Option<i32>,
    /// Where in the program's memory the path stands.
    pub path: u64,
    /// Unknown for openat2, whose flags lie in memory.
    pub flags: u64,
    /// Whether the file is there is all that is asked: so OpenSSL does before it opens a certificate by its hash.
    pub only_looks: bool,
}

/// "The current directory", in the place of a descriptor.
const AT_FDCWD: i32 = -100;

const O_ACCMODE: u64 = 3;
const O_WRONLY: u64 = 1;
const O_PATH: u64 = 0o10_000_000;

impl OpenCall {
    /// It could be reading what is there: not only writing, and not only naming it.
    pub fn may_read(self) -> bool {
        self.flags & O_ACCMODE != O_WRONLY && self.flags & O_PATH == 0
    }
}

/// Which arguments mean what.
enum Shape {
    Open,
    OpenAt,
    OpenAt2,
    Stat,
    StatAt,
}

/// The open, or the look at a file's status, that the process is about to make; `None` for any other call.
pub(super) fn open_call(registers: &Registers) -> Option<OpenCall> {
    let (shape, arguments) = call(registers)?;
    let directory = |number: u64| Some(number as i32).filter(|number| *number != AT_FDCWD);
    let [first, second, third] = arguments;
    Some(match shape {
        Shape::Open => OpenCall { directory: None, path: first, flags: second, only_looks: false },
        Shape::OpenAt => OpenCall { directory: directory(first), path: second, flags: third, only_looks: false },
        Shape::OpenAt2 => OpenCall { directory: directory(first), path: second, flags: 0, only_looks: false },
        Shape::Stat => OpenCall { directory: None, path: first, flags: 0, only_looks: true },
        Shape::StatAt => OpenCall { directory: directory(first), path: second, flags: 0, only_looks: true },
    })
}

#[cfg(target_arch = "x86_64")]
fn call(registers: &Registers) -> Option<(Shape, [u64; 3])> {
    if is_32_bit(registers) {
        let shape = match registers.half(11) {
            5 => Shape::Open,
            295 => Shape::OpenAt,
            437 => Shape::OpenAt2,
            106 | 195 => Shape::Stat,
            300 | 383 => Shape::StatAt,
            _ => return None,
        };
        return Some((shape, [0, 1, 2].map(|index| registers.half(index).into())));
    }
    let shape = match registers.word(15) {
        2 => Shape::Open,
        257 => Shape::OpenAt,
        437 => Shape::OpenAt2,
        4 => Shape::Stat,
        262 | 332 => Shape::StatAt,
        _ => return None,
    };
    Some((shape, [14, 13, 12].map(|index| registers.word(index))))
}

#[cfg(target_arch = "x86_64")]
pub(super) fn result(registers: &Registers) -> i64 {
    if is_32_bit(registers) { i64::from(registers.half(6) as i32) } else { registers.word(10) as i64 }
}

/// 17 registers of four bytes.
#[cfg(target_arch = "x86_64")]
fn is_32_bit(registers: &Registers) -> bool {
    registers.bytes() == 17 * 4
}

#[cfg(target_arch = "aarch64")]
fn call(registers: &Registers) -> Option<(Shape, [u64; 3])> {
    if is_32_bit(registers) {
        let shape = match registers.half(7) {
            5 => Shape::Open,
            322 => Shape::OpenAt,
            437 => Shape::OpenAt2,
            106 | 195 => Shape::Stat,
            327 | 397 => Shape::StatAt,
            _ => return None,
        };
        return Some((shape, [0, 1, 2].map(|index| registers.half(index).into())));
    }
    let shape = match registers.word(8) {
        56 => Shape::OpenAt,
        437 => Shape::OpenAt2,
        79 | 291 => Shape::StatAt,
        _ => return None,
    };
    Some((shape, [0, 1, 2].map(|index| registers.word(index))))
}

#[cfg(target_arch = "aarch64")]
pub(super) fn result(registers: &Registers) -> i64 {
    if is_32_bit(registers) { i64::from(registers.half(0) as i32) } else { registers.word(0) as i64 }
}

/// 18 registers of four bytes.
#[cfg(target_arch = "aarch64")]
fn is_32_bit(registers: &Registers) -> bool {
    registers.bytes() == 18 * 4
}
