//! Rows of a damaged SQLite file, read from its pages without SQLite.
//!
//! Finds every leaf page that is whole, whatever has become of the pages above it, the first one
//! included. Knows SQLite's file format (<https://www.sqlite.org/fileformat2.html>) and nothing of our
//! tables. What it gives may be old: a page that was let go is left out only while the list of free
//! pages can be read.

use std::collections::{HashMap, HashSet};

use rusqlite::types::Value;

/// Pages of our own files; a header that says otherwise is believed.
const PAGE_SIZE: usize = 4_096;
const HEADER: &[u8] = b"SQLite format 3\0";
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// No value of ours is longer: a size beyond it is damage.
const LONGEST: u64 = 64 << 20;

/// A row as it lay in a leaf.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    /// Its rowid; absent in a table without, and in an index.
    pub rowid: Option<i64>,
    /// Its columns, as stored: a rowid alias is null, columns added later may be absent.
    pub values: Vec<Value>,
}

/// Every record of a file and its write-ahead log that can still be told. Text that is no UTF-8 any more
/// is mended with replacement characters.
pub(super) fn records(main: &[u8], wal: &[u8]) -> Vec<Record> {
    let image = Image::new(main, wal);
    let mut found = Vec::new();
    for number in 1..=image.count {
        if !image.free.contains(&number) {
            image.read_leaf(number, &mut found);
        }
    }
    found
}

/// The pages as of the last commit.
struct Image<'a> {
    main: &'a [u8],
    size: usize,
    logged: HashMap<u32, &'a [u8]>,
    count: u32,
    free: HashSet<u32>,
}

impl<'a> Image<'a> {
    fn new(main: &'a [u8], wal: &'a [u8]) -> Self {
        let said = (main.starts_with(HEADER)).then(|| number(main, 16, 2)).flatten().map(|size| match size {
            1 => 65_536,
            size => usize::try_from(size).unwrap_or(0),
        });
        let size = said.filter(|size| size.is_power_of_two() && *size >= 512).unwrap_or(PAGE_SIZE);
        let logged = read_wal(wal, size);
        let in_main = u32::try_from(main.len() / size).unwrap_or(u32::MAX);
        let count = logged.keys().copied().max().unwrap_or(0).max(in_main);
        let mut image = Self { main, size, logged, count, free: HashSet::new() };
        image.free = image.read_free();
        image
    }

    fn page(&self, number: u32) -> Option<&'a [u8]> {
        if let Some(page) = self.logged.get(&number) {
            return Some(page);
        }
        let from = usize::try_from(number.checked_sub(1)?).ok()?.checked_mul(self.size)?;
        self.main.get(from..from.checked_add(self.size)?)
    }

    /// Pages on the list of free ones.
    fn read_free(&self) -> HashSet<u32> {
        let mut free = HashSet::new();
        let Some(first) = self.page(1).filter(|page| page.starts_with(HEADER)) else { return free };
        let mut trunk = page_number(first, 32).unwrap_or(0);
        while trunk != 0 && free.insert(trunk) {
            let Some(page) = self.page(trunk) else { break };
            let leaves = number(page, 4, 4).unwrap_or(0).min((self.size / 4) as u64);
            for at in 0..usize::try_from(leaves).unwrap_or(0) {
                free.extend(page_number(page, 8 + 4 * at));
            }
            trunk = page_number(page, 0).unwrap_or(0);
        }
        free
    }

    fn read_leaf(&self, number_of_page: u32, found: &mut Vec<Record>) {
        let Some(page) = self.page(number_of_page) else { return };
        let start = if number_of_page == 1 { 100 } else { 0 };
        let has_rowid = match page.get(start) {
            Some(0x0D) => true,
            Some(0x0A) => false,
            _ => return,
        };
        let cells = usize::try_from(number(page, start + 3, 2).unwrap_or(0)).unwrap_or(0);
        for cell in 0..cells.min(self.size / 4) {
            let Some(at) = number(page, start + 8 + 2 * cell, 2).and_then(|at| usize::try_from(at).ok()) else { break };
            found.extend(self.read_cell(page, at, has_rowid));
        }
    }

    fn read_cell(&self, page: &[u8], at: usize, has_rowid: bool) -> Option<Record> {
        let (payload_size, mut at) = varint(page, at)?;
        let mut rowid = None;
        if has_rowid {
            let (id, next) = varint(page, at)?;
            (rowid, at) = (Some(id.cast_signed()), next);
        }
        if payload_size > LONGEST {
            return None;
        }
        let payload_size = usize::try_from(payload_size).ok()?;
        let room = self.size;
        let longest_here = if has_rowid { room - 35 } else { (room - 12) * 64 / 255 - 23 };
        if payload_size <= longest_here {
            let values = parse_record(page.get(at..at + payload_size)?)?;
            return Some(Record { rowid, values });
        }
        let shortest = (room - 12) * 32 / 255 - 23;
        let wished = shortest + (payload_size - shortest) % (room - 4);
        let here = if wished <= longest_here { wished } else { shortest };
        let mut payload = page.get(at..at + here)?.to_vec();
        let mut next = page_number(page, at + here)?;
        let mut seen = HashSet::new();
        while payload.len() < payload_size {
            if next == 0 || !seen.insert(next) || self.free.contains(&next) {
                return None;
            }
            let more = self.page(next)?;
            let size = (payload_size - payload.len()).min(room - 4);
            payload.extend_from_slice(more.get(4..4 + size)?);
            next = page_number(more, 0)?;
        }
        Some(Record { rowid, values: parse_record(&payload)? })
    }
}

/// The pages that the log holds as of its last commit.
fn read_wal(wal: &[u8], size: usize) -> HashMap<u32, &[u8]> {
    let mut committed = HashMap::new();
    let is_log = number(wal, 0, 4).is_some_and(|magic| magic & !1 == 0x377F_0682);
    if !is_log || number(wal, 8, 4) != Some(size as u64) {
        return committed;
    }
    let is_big = wal.get(3).is_some_and(|byte| byte & 1 == 1);
    let Some(header) = wal.get(..24) else { return committed };
    let mut sum = checksum((0, 0), header, is_big);
    if sum_at(wal, 24) != Some(sum) {
        return committed;
    }
    let salt = wal.get(16..24);
    let mut pending: Vec<(u32, &[u8])> = Vec::new();
    let mut at = WAL_HEADER;
    while let Some(frame) = wal.get(at..at + FRAME_HEADER + size) {
        let (head, page) = frame.split_at(FRAME_HEADER);
        let first_words = head.get(..8).unwrap_or_default();
        sum = checksum(checksum(sum, first_words, is_big), page, is_big);
        if head.get(8..16) != salt || sum_at(head, 16) != Some(sum) {
            break;
        }
        pending.extend(page_number(head, 0).map(|number| (number, page)));
        if number(head, 4, 4) != Some(0) {
            committed.extend(pending.drain(..));
        }
        at += frame.len();
    }
    committed
}

fn checksum(from: (u32, u32), bytes: &[u8], is_big: bool) -> (u32, u32) {
    let word = |bytes: &[u8]| {
        let bytes: [u8; 4] = bytes.try_into().unwrap_or_default();
        if is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    };
    bytes.chunks_exact(8).fold(from, |(a, b), pair| {
        let (left, right) = pair.split_at(4);
        let a = a.wrapping_add(word(left)).wrapping_add(b);
        (a, b.wrapping_add(word(right)).wrapping_add(a))
    })
}

fn sum_at(bytes: &[u8], at: usize) -> Option<(u32, u32)> {
    Some((page_number(bytes, at)?, page_number(bytes, at + 4)?))
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    Some(bytes.get(at..at.checked_add(size)?)?.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

fn page_number(bytes: &[u8], at: usize) -> Option<u32> {
    u32::try_from(number(bytes, at, 4)?).ok()
}

/// A variable-length number, and where the next thing begins.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for count in 0..8 {
        let byte = *bytes.get(at.checked_add(count)?)?;
        value = (value << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + count + 1));
        }
    }
    Some(((value << 8) | u64::from(*bytes.get(at.checked_add(8)?)?), at + 9))
}

fn parse_record(payload: &[u8]) -> Option<Vec<Value>> {
    let (header_size, mut at) = varint(payload, 0)?;
    let mut body = usize::try_from(header_size).ok()?;
    let header_end = body;
    let mut values = Vec::new();
    while at < header_end {
        let (kind, next) = varint(payload, at)?;
        at = next;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let bytes = payload.get(body..body.checked_add(size)?)?;
        body += size;
        values.push(match kind {
            0 => Value::Null,
            1..=6 => {
                let unused = 64 - 8 * u32::try_from(size).ok()?;
                Value::Integer((number(bytes, 0, size)? << unused).cast_signed() >> unused)
            }
            7 => Value::Real(f64::from_bits(number(bytes, 0, 8)?)),
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            _ if kind % 2 == 0 => Value::Blob(bytes.to_vec()),
            _ => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        });
    }
    (at == header_end).then_some(values)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::Path;

    use rusqlite::Connection;

    use super::*;

    /// A file with a table, a keyed table and an index; gives its connection.
    fn filled(path: &Path, rows: i64) -> Connection {
        let file = Connection::open(path).unwrap();
        file.pragma_update(None, "journal_mode", "WAL").unwrap();
        file.execute_batch(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT, y REAL, z BLOB); CREATE INDEX a_x ON a (x); \
             CREATE TABLE k (key TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;",
        )
        .unwrap();
        for id in 1..=rows {
            let long = "é".repeat(usize::try_from(id * 97).unwrap());
            file.execute("INSERT INTO a VALUES (?1, ?2, ?3, ?4)", (id, long, 0.5, vec![7_u8; 3])).unwrap();
            file.execute("INSERT INTO k VALUES (?1, ?2)", (format!("key {id}"), id * -1_000_000_007)).unwrap();
        }
        file
    }

    fn assert_all_there(records: &[Record], rows: i64) {
        for id in 1..=rows {
            let long = "é".repeat(usize::try_from(id * 97).unwrap());
            let row = records.iter().find(|record| record.rowid == Some(id) && record.values.len() == 4).unwrap();
            assert_eq!(row.values[1..], [Value::Text(long), Value::Real(0.5), Value::Blob(vec![7; 3])]);
            let keyed = [Value::Text(format!("key {id}")), Value::Integer(id * -1_000_000_007)];
            assert!(records.iter().any(|record| record.rowid.is_none() && record.values == keyed), "key {id}");
        }
    }

    #[test]
    fn every_row_of_whole_pages_is_found_even_without_the_first_page() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        drop(filled(&path, 120));
        let mut bytes = fs::read(&path).unwrap();
        assert_all_there(&records(&bytes, &[]), 120);
        bytes[..4_096].fill(0);
        assert_all_there(&records(&bytes, &[]), 120);
    }

    #[test]
    fn what_is_only_in_the_log_is_found_up_to_its_last_whole_commit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let file = filled(&path, 40);
        let (main, mut wal) = (fs::read(&path).unwrap(), fs::read(dir.path().join("a.db-wal")).unwrap());
        assert_all_there(&records(&main, &wal), 40);
        let last = wal.len() - 100;
        wal[last] ^= 1;
        let found = records(&main, &wal);
        assert_all_there(&found, 39);
        assert!(
            !found
                .iter()
                .any(|record| record.values == [Value::Text("key 40".into()), Value::Integer(-40_000_000_280)])
        );
        drop(file);
    }

    #[test]
    fn rows_of_pages_that_were_let_go_are_not_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let file = filled(&path, 100);
        file.execute("DELETE FROM k", []).unwrap();
        drop(file);
        let found = records(&fs::read(&path).unwrap(), &[]);
        assert!(found.iter().all(|record| record.rowid.is_some()
            || record.values.len() != 2
            || !matches!(&record.values[0], Value::Text(text) if text.starts_with("key"))));
    }

    #[test]
    fn no_bytes_make_it_fail() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let file = filled(&path, 60);
        let wal = fs::read(dir.path().join("a.db-wal")).unwrap();
        file.pragma_update(None, "wal_checkpoint", "TRUNCATE").ok();
        drop(file);
        let whole = fs::read(&path).unwrap();
        let ids = crate::clock::Ids::seeded(11);
        for _ in 0..300 {
            let mut bytes = whole.clone();
            for _ in 0..ids.below(200) {
                let at = usize::try_from(ids.below(bytes.len() as u64)).unwrap();
                bytes[at] = ids.next_u64().to_le_bytes()[0];
            }
            bytes.truncate(usize::try_from(ids.below(2 * bytes.len() as u64)).unwrap());
            records(&bytes, &wal);
        }
    }
}
