//! Windows calls for which neither std nor winapi-util has a safe form. On Windows the only module in which `unsafe`
//! is allowed; see `sys` for the others.
#![allow(unsafe_code)]

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::AsRawHandle;
use std::path::{Component, Path, Prefix};

use windows_sys::Win32::Foundation::ERROR_INSUFFICIENT_BUFFER;
use windows_sys::Win32::Security::{DACL_SECURITY_INFORMATION, GetKernelObjectSecurity, SetKernelObjectSecurity};
use windows_sys::Win32::Storage::FileSystem::{MOVEFILE_WRITE_THROUGH, MoveFileExW};

/// The longest access list (64 KiB) with the head of its descriptor.
const LONGEST: usize = (1 << 16) + 256;

/// The access list of a file that is open for reading.
pub(crate) fn access_list(file: &File) -> io::Result<AccessList> {
    AccessList::parse(&descriptor(file)?).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// The security descriptor of an open file, self-relative, with its access list (DACL) alone.
fn descriptor(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0_u64; 64];
    loop {
        let (mut needed, room) = (0, size_of_val(&bytes[..]));
        // SAFETY: the handle is open through the call; the buffer is as long as is said, and aligned as descriptors
        // must be (4).
        let got = unsafe {
            GetKernelObjectSecurity(
                file.as_raw_handle(),
                DACL_SECURITY_INFORMATION,
                bytes.as_mut_ptr().cast(),
                room as u32,
                &raw mut needed,
            )
        };
        if got != 0 {
            return Ok(bytes.iter().flat_map(|word| word.to_le_bytes()).collect());
        }
        let error = io::Error::last_os_error();
        let wanted = needed as usize;
        if error.raw_os_error() != Some(ERROR_INSUFFICIENT_BUFFER as i32) || wanted <= room || wanted > LONGEST {
            return Err(error);
        }
        bytes.resize(wanted.div_ceil(8), 0);
    }
}

/// Gives a file that is open with WRITE_DAC this access list.
pub(crate) fn set_access_list(file: &File, list: &AccessList) -> io::Result<()> {
    let words: Vec<u64> = (list.0.chunks(8))
        .map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        })
        .collect();
    // SAFETY: the handle is open through the call. The descriptor is one that `AccessList` has taken apart and put
    // together: its only offset, and the length of its list, lie inside.
    let set = unsafe {
        SetKernelObjectSecurity(file.as_raw_handle(), DACL_SECURITY_INFORMATION, words.as_ptr().cast_mut().cast())
    };
    if set == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Gives a file a name that nothing bears yet, and returns when that is on the medium. Both paths are full ones.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    // Without `\\?\`, which std puts before long paths too, a path ends at MAX_PATH (260).
    let verbatim = |path: &Path| match path.components().next() {
        Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::Disk(_)) => r"\\?\",
        _ => "",
    };
    let wide = |path: &Path| {
        let units = OsStr::new(verbatim(path)).encode_wide().chain(path.as_os_str().encode_wide());
        units.chain([0]).collect::<Vec<u16>>()
    };
    let (from, to) = (wide(from), wide(to));
    // SAFETY: both are strings that end in a zero and live through the call.
    let moved = unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), MOVEFILE_WRITE_THROUGH) };
    if moved == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The access list of a file: who may do what with it, and whether its directory has a say in that. Two that mean the
/// same are equal: a self-relative SECURITY_DESCRIPTOR (winnt.h) with nothing in it but this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessList(Vec<u8>);

/// The head of a descriptor: revision, padding, control, and the offsets of owner, group, SACL and DACL.
const HEAD: usize = 20;
/// SE_SELF_RELATIVE, SE_DACL_PRESENT and SE_DACL_PROTECTED (winnt.h).
const SELF_RELATIVE: u16 = 0x8000;
const PRESENT: u16 = 0x0004;
const PROTECTED: u16 = 0x1000;

impl AccessList {
    /// `None` for what is no descriptor.
    pub(crate) fn parse(descriptor: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u16::from_le_bytes(descriptor.get(at..at + 2)?.try_into().ok()?));
        let control = number(2)?;
        let offset = u32::from_le_bytes(descriptor.get(16..HEAD)?.try_into().ok()?) as usize;
        let mut list = Vec::new();
        if control & PRESENT != 0 && offset != 0 {
            // ACL: revision, padding, length, count, padding; then each entry with its length at 2.
            let count = number(offset + 4)?;
            let mut end = offset + 8;
            for _ in 0..count {
                let length = usize::from(number(end + 2)?);
                end += if length >= 4 { length } else { return None };
            }
            list.extend_from_slice(descriptor.get(offset..end)?);
            let length = u16::try_from(list.len()).ok()?;
            list[2..4].copy_from_slice(&length.to_le_bytes());
        }
        let control = SELF_RELATIVE | control & (PRESENT | PROTECTED);
        let mut bytes = vec![1, 0];
        bytes.extend_from_slice(&control.to_le_bytes());
        bytes.extend_from_slice(&[0; 12]);
        bytes.extend_from_slice(&if list.is_empty() { 0 } else { HEAD as u32 }.to_le_bytes());
        bytes.extend_from_slice(&list);
        Some(AccessList(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
