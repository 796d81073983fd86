extension PostgresMigration {
    /// The register of replicas, the owners of rows, and notices of changes: see decision 16.
    static let replicas: [StaticString] = [
        // `open_usage` is what the replica's open sessions have used so far, which the ledger does not have: see `OpenUserUsage`.
        """
        CREATE TABLE replicas (
            id TEXT COLLATE "C" PRIMARY KEY,
            place TEXT COLLATE "C" NOT NULL,
            seen_at BIGINT NOT NULL,
            open_usage TEXT COLLATE "C" NOT NULL DEFAULT ''
        )
        """,
        """
        CREATE TABLE request_windows (
            user TEXT COLLATE "C" NOT NULL,
            policy TEXT COLLATE "C" NOT NULL,
            ends_at BIGINT NOT NULL,
            count BIGINT NOT NULL,
            PRIMARY KEY (user, policy)
        )
        """,
        // The clocks of machines differ.
        """
        CREATE FUNCTION replica_time() RETURNS BIGINT LANGUAGE sql VOLATILE
        AS 'SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)'
        """,
        "CREATE FUNCTION this_replica() RETURNS TEXT LANGUAGE sql STABLE AS 'SELECT nullif(current_setting(''harken.replica'', TRUE), '''')'",
        "CREATE FUNCTION replica_lives(a TEXT) RETURNS BOOLEAN LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT 1 FROM replicas WHERE id = a)'",
        """
        CREATE TABLE live_sessions (
            id TEXT COLLATE "C" PRIMARY KEY,
            user TEXT COLLATE "C" NOT NULL,
            part TEXT COLLATE "C" NOT NULL,
            base BIGINT NOT NULL,
            replica TEXT COLLATE "C",
            wanted_by TEXT COLLATE "C",
            started_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX live_sessions_of_replicas ON live_sessions (replica) WHERE wanted_by IS NOT NULL",
        "CREATE INDEX live_sessions_by_part ON live_sessions (part)",
        "CREATE TABLE moved_sessions (part TEXT COLLATE \"C\" PRIMARY KEY, ends BIGINT NOT NULL, moved_at BIGINT NOT NULL)",
        // Rows without a replica are of a time before there were replicas.
        "ALTER TABLE usage_outbox ADD COLUMN replica TEXT COLLATE \"C\"",
        "ALTER TABLE usage_outbox ALTER COLUMN replica SET DEFAULT this_replica()",
        "ALTER TABLE background_chunks ADD COLUMN replica TEXT COLLATE \"C\"",
        "ALTER TABLE background_chunks ALTER COLUMN replica SET DEFAULT this_replica()",
        "ALTER TABLE background_recordings ADD COLUMN replica TEXT COLLATE \"C\"",
        "ALTER TABLE conversations ADD COLUMN replica TEXT COLLATE \"C\"",
        "ALTER TABLE conversations ALTER COLUMN replica SET DEFAULT this_replica()",
        "CREATE FUNCTION note_replica() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN NEW.replica := this_replica(); RETURN NEW; END'",
        "CREATE TRIGGER note_replica BEFORE INSERT OR UPDATE ON background_recordings FOR EACH ROW EXECUTE FUNCTION note_replica()",
        """
        CREATE TRIGGER note_replica BEFORE UPDATE ON conversations FOR EACH ROW WHEN (NEW.finished_at IS DISTINCT FROM OLD.finished_at)
        EXECUTE FUNCTION note_replica()
        """,
        """
        CREATE FUNCTION note_speaking_replica() RETURNS TRIGGER LANGUAGE plpgsql
        AS 'BEGIN UPDATE conversations SET replica = this_replica() WHERE number = NEW.conversation; RETURN NULL; END'
        """,
        "CREATE TRIGGER note_replica AFTER INSERT ON session_parts FOR EACH ROW EXECUTE FUNCTION note_speaking_replica()",
        // A notice: the replica that made the change, the kind of change, and its subject.
        """
        CREATE FUNCTION tell_replicas(kind TEXT, subject TEXT) RETURNS VOID LANGUAGE sql VOLATILE
        AS 'SELECT pg_notify(left(''harken_'' || current_schema(), 63), coalesce(this_replica(), ''-'') || '' '' || kind || '' '' || subject)'
        """,
        """
        CREATE FUNCTION tell_people() RETURNS TRIGGER LANGUAGE plpgsql
        AS 'BEGIN PERFORM tell_replicas(''people'', NEW."user"); RETURN NULL; END'
        """,
        """
        CREATE TRIGGER tell_people AFTER UPDATE ON archives FOR EACH ROW WHEN (NEW.revision IS DISTINCT FROM OLD.revision)
        EXECUTE FUNCTION tell_people()
        """,
        """
        CREATE FUNCTION tell_windows() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN
            PERFORM tell_replicas(''windows'', c.archive::text) FROM conversations c
            WHERE c.number = CASE WHEN TG_OP = ''DELETE'' THEN OLD.conversation ELSE NEW.conversation END; RETURN NULL; END'
        """,
        "CREATE TRIGGER tell_windows AFTER INSERT OR DELETE ON windows FOR EACH ROW EXECUTE FUNCTION tell_windows()",
        """
        CREATE FUNCTION tell_deletion() RETURNS TRIGGER LANGUAGE plpgsql
        AS 'BEGIN PERFORM tell_replicas(''windows'', OLD.archive::text); RETURN NULL; END'
        """,
        "CREATE TRIGGER tell_deletion AFTER DELETE ON conversations FOR EACH ROW EXECUTE FUNCTION tell_deletion()",
        "CREATE FUNCTION tell_job() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN PERFORM tell_replicas(''jobs'', ''''); RETURN NULL; END'",
        "CREATE TRIGGER tell_job AFTER INSERT ON jobs FOR EACH STATEMENT EXECUTE FUNCTION tell_job()",
        """
        CREATE FUNCTION tell_wish() RETURNS TRIGGER LANGUAGE plpgsql
        AS 'BEGIN PERFORM tell_replicas(''wanted'', NEW.id || '' '' || NEW.replica); RETURN NULL; END'
        """,
        """
        CREATE TRIGGER tell_wish AFTER UPDATE ON live_sessions FOR EACH ROW WHEN (NEW.wanted_by IS NOT NULL AND NEW.replica IS NOT NULL)
        EXECUTE FUNCTION tell_wish()
        """,
        """
        CREATE FUNCTION tell_usage() RETURNS TRIGGER LANGUAGE plpgsql
        AS 'BEGIN PERFORM tell_replicas(''usage'', NEW."user"); RETURN NULL; END'
        """,
        "CREATE TRIGGER tell_usage AFTER INSERT OR UPDATE ON usage_days FOR EACH ROW EXECUTE FUNCTION tell_usage()",
        // The fingerprint of the secret, by which a wrong copy is refused. The fingerprint does not reveal the secret.
        "CREATE TABLE installation (name TEXT COLLATE \"C\" PRIMARY KEY, value BYTEA NOT NULL)",
    ]
}
