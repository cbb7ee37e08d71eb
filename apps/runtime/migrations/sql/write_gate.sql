-- No write slips past a freeze: whatever reaches the journal asks for the write mode in its own transaction.
--
-- The statement trigger takes a shared lock that the switch takes exclusively; so the switch waits for writers in
-- flight, and every later one sees the new mode. Nothing is locked in a table, so writers do not wait for each other.

CREATE FUNCTION runtime_write_gate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_mode text;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(5709013240177);
  SELECT s.value INTO v_mode FROM ops_switch s WHERE s.key = 'write_mode';
  IF v_mode = 'read_only' OR v_mode = 'shadow_only' AND current_setting('oa.shadow', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION 'writing is frozen: %', v_mode USING ERRCODE = 'OA002';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER sync_stream_events_write_gate BEFORE INSERT ON sync_stream_events
  FOR EACH STATEMENT EXECUTE FUNCTION runtime_write_gate();

CREATE FUNCTION runtime_no_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN NULL;
END $$;

-- Shadow traffic moves the heads of topics and leaves no rows; the floors follow when the plane becomes active.
CREATE TRIGGER sync_stream_events_shadow BEFORE INSERT ON sync_stream_events
  FOR EACH ROW WHEN (current_setting('oa.shadow', true) = 'on') EXECUTE FUNCTION runtime_no_row();
