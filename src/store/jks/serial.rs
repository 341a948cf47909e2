//! Where a serialised Java object ends. A secret key in a JCEKS has no length before it: it is a
//! `javax.crypto.SealedObject` in the Java Object Serialization Stream Protocol, and whoever wants the entry behind
//! it must walk through it.
//!
//! Nothing is made of what is walked through; the bytes stay as they are. JDKs since 2018 refuse every class here but
//! that one (`JceKeyStore.DeserializationChecker`), so proxies, enumerations, class objects and externalizable
//! classes are not understood. Steps and depth are capped: a class description may name itself as its parent, and
//! an object of six bytes may name a parent line of any length.

use super::super::java::data_input::{DataInput, Stop};

const MAGIC_AND_VERSION: u32 = 0xaced_0005;
const FIRST_HANDLE: u32 = 0x007e_0000;

// The codes of the protocol, section 6.4.2.
const NULL: u8 = 0x70;
const REFERENCE: u8 = 0x71;
const CLASS_DESCRIPTION: u8 = 0x72;
const OBJECT: u8 = 0x73;
const STRING: u8 = 0x74;
const ARRAY: u8 = 0x75;
const BLOCK: u8 = 0x77;
const END_OF_BLOCKS: u8 = 0x78;
const LONG_BLOCK: u8 = 0x7a;

const HAS_WRITE_METHOD: u8 = 0x01;
const IS_SERIALIZABLE: u8 = 0x02;
const IS_EXTERNALIZABLE: u8 = 0x04;

/// A sealed key takes some 40 steps and five levels.
const MAX_STEPS: u32 = 5_000;
const MAX_DEPTH: u32 = 16;

/// Takes exactly one serialised object from the input.
pub(super) fn skip(input: &mut DataInput<'_>) -> Result<(), Stop> {
    if input.u32()? != MAGIC_AND_VERSION {
        return Err(Stop::NotUnderstood);
    }
    Walk { input, handles: Vec::new(), steps: 0 }.content(0)
}

/// What has been given a number, so that it can be named again.
enum Handle {
    Class(Class),
    Other,
}

#[derive(Clone, Default)]
struct Class {
    flags: u8,
    /// The type code of each field; of an array's class, the elements'.
    fields: Vec<u8>,
    parent: Option<usize>,
}

struct Walk<'w, 'a> {
    input: &'w mut DataInput<'a>,
    handles: Vec<Handle>,
    steps: u32,
}

impl Walk<'_, '_> {
    fn step(&mut self, depth: u32) -> Result<(), Stop> {
        self.steps += 1;
        if self.steps > MAX_STEPS || depth > MAX_DEPTH { Err(Stop::NotUnderstood) } else { Ok(()) }
    }

    /// One object, string, array or nothing.
    fn content(&mut self, depth: u32) -> Result<(), Stop> {
        let code = self.input.u8()?;
        self.content_of(code, depth)
    }

    fn content_of(&mut self, code: u8, depth: u32) -> Result<(), Stop> {
        self.step(depth)?;
        match code {
            NULL => Ok(()),
            REFERENCE => self.reference().map(drop),
            OBJECT => self.object(depth),
            STRING => {
                self.handles.push(Handle::Other);
                let length = self.input.u16()?;
                self.input.take(usize::from(length)).map(drop)
            }
            ARRAY => self.array(depth),
            _ => Err(Stop::NotUnderstood),
        }
    }

    fn reference(&mut self) -> Result<usize, Stop> {
        let handle = self.input.u32()?.checked_sub(FIRST_HANDLE).ok_or(Stop::NotUnderstood)? as usize;
        if handle < self.handles.len() { Ok(handle) } else { Err(Stop::NotUnderstood) }
    }

    /// A class description, new or named again; `None` where there is no parent.
    fn class(&mut self, depth: u32) -> Result<Option<usize>, Stop> {
        self.step(depth)?;
        match self.input.u8()? {
            NULL => Ok(None),
            REFERENCE => {
                let handle = self.reference()?;
                matches!(self.handles[handle], Handle::Class(_)).then_some(Some(handle)).ok_or(Stop::NotUnderstood)
            }
            CLASS_DESCRIPTION => self.new_class(depth).map(Some),
            _ => Err(Stop::NotUnderstood),
        }
    }

    fn new_class(&mut self, depth: u32) -> Result<usize, Stop> {
        let name = self.input.utf()?;
        let _serial_version = self.input.u64()?;
        let handle = self.handles.len();
        self.handles.push(Handle::Other);
        let mut class = Class { flags: self.input.u8()?, ..Class::default() };
        if let Some(elements) = name.strip_prefix('[') {
            class.fields.extend(elements.bytes().next());
        }
        for _ in 0..self.input.u16()? {
            self.step(depth)?;
            let code = self.input.u8()?;
            let name_length = self.input.u16()?;
            self.input.take(usize::from(name_length))?;
            if matches!(code, b'[' | b'L') {
                self.content(depth + 1)?;
            }
            class.fields.push(code);
        }
        self.blocks(depth + 1)?;
        class.parent = self.class(depth + 1)?;
        self.handles[handle] = Handle::Class(class);
        Ok(handle)
    }

    fn class_at(&self, handle: Option<usize>) -> Result<Class, Stop> {
        match handle.and_then(|handle| self.handles.get(handle)) {
            Some(Handle::Class(class)) => Ok(class.clone()),
            _ => Err(Stop::NotUnderstood),
        }
    }

    fn object(&mut self, depth: u32) -> Result<(), Stop> {
        let mut next = self.class(depth + 1)?;
        self.handles.push(Handle::Other);
        let mut line = Vec::new();
        while next.is_some() {
            self.step(depth)?;
            let class = self.class_at(next)?;
            next = class.parent;
            line.push(class);
        }
        // The oldest class writes first.
        for class in line.iter().rev() {
            if class.flags & IS_EXTERNALIZABLE != 0 || class.flags & IS_SERIALIZABLE == 0 {
                return Err(Stop::NotUnderstood);
            }
            for code in &class.fields {
                self.values(*code, 1, depth)?;
            }
            if class.flags & HAS_WRITE_METHOD != 0 {
                self.blocks(depth + 1)?;
            }
        }
        Ok(())
    }

    fn array(&mut self, depth: u32) -> Result<(), Stop> {
        let handle = self.class(depth + 1)?;
        let class = self.class_at(handle)?;
        self.handles.push(Handle::Other);
        let length = self.input.u32()?;
        self.values(*class.fields.first().ok_or(Stop::NotUnderstood)?, length, depth)
    }

    /// So many values of one type.
    fn values(&mut self, code: u8, count: u32, depth: u32) -> Result<(), Stop> {
        let size = match code {
            b'B' | b'Z' => 1,
            b'C' | b'S' => 2,
            b'I' | b'F' => 4,
            b'J' | b'D' => 8,
            b'[' | b'L' => {
                return (0..count).try_for_each(|_| self.content(depth + 1));
            }
            _ => return Err(Stop::NotUnderstood),
        };
        let length = usize::try_from(u64::from(count) * size).map_err(|_| Stop::CutOff)?;
        self.input.take(length).map(drop)
    }

    /// What a class wrote by itself, up to the mark that ends it.
    fn blocks(&mut self, depth: u32) -> Result<(), Stop> {
        loop {
            self.step(depth)?;
            match self.input.u8()? {
                END_OF_BLOCKS => return Ok(()),
                BLOCK => {
                    let length = self.input.u8()?;
                    self.input.take(usize::from(length))?;
                }
                LONG_BLOCK => {
                    self.input.block()?;
                }
                code => self.content_of(code, depth)?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A class description by hand: name, flags, no fields, no annotations, and what follows as its parent.
    fn class(name: &str, parent: &[u8]) -> Vec<u8> {
        let mut bytes = vec![CLASS_DESCRIPTION, 0, name.len() as u8];
        bytes.extend(name.as_bytes());
        bytes.extend([0; 8]);
        bytes.extend([IS_SERIALIZABLE, 0, 0, END_OF_BLOCKS]);
        bytes.extend(parent);
        bytes
    }

    fn stream(contents: &[&[u8]]) -> Vec<u8> {
        [&MAGIC_AND_VERSION.to_be_bytes()[..]].iter().chain(contents).copied().collect::<Vec<_>>().concat()
    }

    #[test]
    fn an_object_is_walked_through_to_its_last_byte() {
        let plain = stream(&[&[OBJECT], &class("A", &class("B", &[NULL]))]);
        let mut input = DataInput::new(&plain);
        assert_eq!(skip(&mut input), Ok(()));
        assert_eq!(input.at(), plain.len());
        for end in 0..plain.len() {
            assert_eq!(skip(&mut DataInput::new(&plain[..end])), Err(Stop::CutOff), "{end}");
        }
    }

    #[test]
    fn a_class_that_is_its_own_parent_stops() {
        let itself = [&[REFERENCE][..], &FIRST_HANDLE.to_be_bytes()].concat();
        let hostile = stream(&[&[OBJECT], &class("A", &itself)]);
        assert_eq!(skip(&mut DataInput::new(&hostile)), Err(Stop::NotUnderstood));
    }

    #[test]
    fn depth_and_steps_are_capped() {
        let deep = (0..100).fold(vec![NULL], |parent, _| class("A", &parent));
        assert_eq!(skip(&mut DataInput::new(&stream(&[&[OBJECT], &deep]))), Err(Stop::NotUnderstood));
        let mut many = stream(&[&[ARRAY], &class("[Ljava.lang.Object;", &[NULL])]);
        many.extend(100_000u32.to_be_bytes());
        many.extend(vec![NULL; 100_000]);
        assert_eq!(skip(&mut DataInput::new(&many)), Err(Stop::NotUnderstood));
    }
}
