-- Who has the same address or phone number as somebody else. `folded` is name, address, company.
CREATE INDEX person_address ON person (substr(folded, instr(folded, char(10)) + 1));
CREATE INDEX person_phone ON person (phone) WHERE phone <> '';
