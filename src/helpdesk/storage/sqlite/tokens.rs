//! Tokens as rows.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Answer, Class, Missing, Refusal};
use super::rows::{exists, next_numbers, parse, reserve_number, run, write};
use crate::helpdesk::model::{AdminId, Token, TokenId};

const COLUMNS: &str = "id, name, hash, admin_id, scopes, created_at, revoked_at";

/// Keeps a new token.
pub(super) fn create(db: &Connection, mut token: Token) -> Answer<Token> {
    if exists(db, "SELECT 1 FROM token WHERE hash = ?1", [&token.hash])? {
        return Err(Refusal::new(Class::Conflict, "conflict", "This token is known already").into());
    }
    if super::people::admin(db, token.admin)?.is_none() {
        return Err(Missing::Admin.into());
    }
    if token.id.is_unset() {
        token.id = TokenId(next_numbers(db, "token", TokenId::FIRST, 1)?);
    } else {
        reserve_number(db, "token", TokenId::FIRST, token.id.0)?;
    }
    run(
        db,
        &format!("INSERT INTO token ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![
            token.id.0,
            token.name,
            token.hash,
            token.admin.0,
            write(&token.scopes)?,
            token.created_at,
            token.revoked_at
        ],
    )?;
    Ok(token)
}

/// The token of a hash.
pub(super) fn by_hash(db: &Connection, hash: &str) -> Answer<Option<Token>> {
    let sql = format!("SELECT {COLUMNS} FROM token WHERE hash = ?1");
    let found = db.prepare_cached(&sql)?.query_row([hash], read).optional()?;
    found.map(finish).transpose()
}

/// All tokens.
pub(super) fn all(db: &Connection) -> Answer<Vec<Token>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM token ORDER BY id"))?;
    let rows = statement.query_map([], read)?;
    rows.map(|row| finish(row?)).collect()
}

/// Revokes a token.
pub(super) fn revoke(db: &Connection, id: TokenId, now: i64) -> Answer<()> {
    let done = run(db, "UPDATE token SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1", params![id.0, now])?;
    if done == 0 { Err(Missing::Other.into()) } else { Ok(()) }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<(Token, String)> {
    let token = Token {
        id: TokenId(row.get(0)?),
        name: row.get(1)?,
        hash: row.get(2)?,
        admin: AdminId(row.get(3)?),
        scopes: BTreeSet::new(),
        created_at: row.get(5)?,
        revoked_at: row.get(6)?,
    };
    Ok((token, row.get(4)?))
}

fn finish((mut token, scopes): (Token, String)) -> Answer<Token> {
    token.scopes = parse(&scopes)?;
    Ok(token)
}
