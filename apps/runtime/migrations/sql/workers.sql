-- Workers and frames. What is decided is decided in Python under the locks of the worker's two rows; here it is written,
-- in one statement, with the projection that follows from it.

CREATE FUNCTION runtime_worker_record(p_live jsonb, p_events jsonb, p_summary jsonb) RETURNS void LANGUAGE plpgsql AS $$
-- p_live: {worker_id, before, latest_seq, last_heartbeat_at, heartbeat_state, open_epoch, event_at, rate_second,
--   rate_count}; p_events: [{seq, event_type, payload, event_id, occurred_at, recorded_at}], contiguous behind
-- `before`; p_summary: {status, hash, document_id, version, name, at}. The caller holds the locks of both rows.
DECLARE
  l record;
  s record;
  v_last_type text := p_events -> -1 ->> 'event_type';
  v_was bigint;
BEGIN
  SELECT * INTO l FROM jsonb_to_record(p_live) AS x(worker_id text, before bigint, latest_seq bigint,
    last_heartbeat_at timestamptz, heartbeat_state text, open_epoch bigint, event_at timestamptz, rate_second bigint,
    rate_count int);
  SELECT * INTO s FROM jsonb_to_record(p_summary) AS x(status text, hash text, document_id text, version int, name text,
    at timestamptz);

  UPDATE worker_live AS w
     SET latest_seq = l.latest_seq, last_heartbeat_at = l.last_heartbeat_at, heartbeat_state = l.heartbeat_state,
         open_epoch = l.open_epoch, event_at = l.event_at, rate_second = l.rate_second, rate_count = l.rate_count
   WHERE w.worker_id = l.worker_id AND w.latest_seq = l.before;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the log of worker % is not at %', l.worker_id, l.before USING ERRCODE = 'OA001';
  END IF;

  INSERT INTO worker_summary AS w (worker_id, status, last_seq, event_count, projection_hash, updated_at)
  VALUES (l.worker_id, s.status, l.latest_seq, l.latest_seq, s.hash, s.at)
  ON CONFLICT (worker_id) DO UPDATE SET status = excluded.status, last_seq = excluded.last_seq,
     event_count = excluded.event_count, projection_hash = excluded.projection_hash, updated_at = excluded.updated_at
   WHERE (w.status, w.last_seq, w.projection_hash) IS DISTINCT FROM
         (excluded.status, excluded.last_seq, excluded.projection_hash);

  IF jsonb_array_length(p_events) = 0 THEN
    RETURN;
  END IF;
  INSERT INTO worker_event (worker_id, seq, event_type, payload_text, event_id, occurred_at, recorded_at)
  SELECT l.worker_id, e.seq, e.event_type, e.payload, e.event_id, e.occurred_at, e.recorded_at
    FROM jsonb_to_recordset(p_events) AS e(seq bigint, event_type text, payload text, event_id text,
                                           occurred_at timestamptz, recorded_at timestamptz);

  INSERT INTO projection_checkpoint AS c (projection_name, entity_id, document_id, last_runtime_seq, last_event_type,
                                          projection_version, summary_hash, last_projected_at)
  VALUES (s.name, l.worker_id, s.document_id, l.latest_seq, v_last_type, s.version, s.hash, s.at)
  ON CONFLICT (projection_name, entity_id) DO UPDATE
     SET last_runtime_seq = excluded.last_runtime_seq, last_event_type = excluded.last_event_type,
         projection_version = excluded.projection_version, summary_hash = excluded.summary_hash,
         last_projected_at = excluded.last_projected_at
  RETURNING old.last_runtime_seq INTO v_was;
  -- A checkpoint that was not where the log was: the write above has repaired it, the fact is kept.
  IF coalesce(v_was, 0) <> l.before THEN
    INSERT INTO projection_drift (topic, reason, expected_next_seq, last_seen_seq, incoming_seq, detected_at, resolved_at)
    VALUES ('worker:' || l.worker_id || ':lifecycle',
            CASE WHEN coalesce(v_was, 0) > l.before THEN 'checkpoint_ahead' ELSE 'sequence_gap' END,
            coalesce(v_was, 0) + 1, coalesce(v_was, 0), l.before + 1, s.at, s.at);
  END IF;
END $$;

CREATE FUNCTION runtime_frame_consumed() RETURNS trigger LANGUAGE plpgsql AS $$
-- An executor's word that it used a frame, whichever way the event came into the log. The first word counts.
BEGIN
  UPDATE run_frame SET consumed_seq = NEW.seq
   WHERE run_id = NEW.run_id AND frame_id = NEW.payload_text::jsonb ->> 'frame_id' AND consumed_seq IS NULL;
  RETURN NULL;
END $$;

CREATE TRIGGER run_event_frame_consumed AFTER INSERT ON run_event
  FOR EACH ROW WHEN (NEW.event_type = 'run.frame_consumed') EXECUTE FUNCTION runtime_frame_consumed();
