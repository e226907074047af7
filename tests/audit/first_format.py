"""A log as the first format kept it, with one record."""

FIRST_FORMAT_TABLE = (
    """CREATE TABLE audit_records (position BIGINT NOT NULL, request_id VARCHAR(128) NOT NULL,
    conversation_id VARCHAR(128) NOT NULL, node VARCHAR(128) NOT NULL, layer VARCHAR(32) NOT NULL,
    kind VARCHAR(64) NOT NULL, at VARCHAR(32) NOT NULL, payload TEXT NOT NULL, previous VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL, PRIMARY KEY (position))""",
    "CREATE INDEX ix_audit_records_request_id ON audit_records (request_id)",
    "CREATE INDEX ix_audit_records_conversation_id ON audit_records (conversation_id)",
    f"""INSERT INTO audit_records VALUES
    (1, 'req_0', 'conv_0', 'route', 'routing', 'step', '2026-06-01T12:00:00+00:00', '{{}}',
    '{"0" * 64}', '{"b" * 64}')""",
)
