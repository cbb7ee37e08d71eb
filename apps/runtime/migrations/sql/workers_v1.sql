-- Workers and frames. What is decided is decided in Python under the locks of the worker's two rows; here it is written,
-- in one statement, with the projection that follows from it.

-- The journal function of append_v1, which now also holds `worker:{id}:events` to the numbers of the worker's log.
CREATE OR REPLACE FUNCTION runtime_journal(p_rows runtime_journal_row[], p_at timestamptz)
RETURNS TABLE (o_topic text, o_head bigint) LANGUAGE plpgsql AS $$
-- Number, chain and write journal rows; returns the new head of each topic. Call it last in a transaction: the topic
-- rows stay locked until commit, which is what makes commit order equal seq order.
DECLARE
  j record;
  v_topic text;
  v_seq bigint;
  v_offset bigint;
  v_chain bytea;
  w_seq bigint[] := '{}';
  w_chain bytea[] := '{}';
  w_ord bigint[] := '{}';
BEGIN
  FOR j IN SELECT r.*, r.ord FROM unnest(p_rows) WITH ORDINALITY AS
             r(topic, kind, doc_key, doc_version, payload, sha, metadata, is_doc, topic_class, owner_key, org_id,
               visibility, ord)
           ORDER BY r.topic COLLATE "C", r.ord LOOP
    IF j.topic IS DISTINCT FROM v_topic THEN
      IF v_topic IS NOT NULL THEN
        UPDATE sync_topic_sequences SET seq = v_seq, chain = v_chain, updated_at = p_at WHERE topic = v_topic;
        o_topic := v_topic; o_head := v_seq; RETURN NEXT;
      END IF;
      v_topic := j.topic;
      SELECT s.seq, s.chain, s.seq_offset INTO v_seq, v_chain, v_offset
        FROM sync_topic_sequences s WHERE s.topic = v_topic FOR NO KEY UPDATE;
      IF NOT FOUND THEN
        PERFORM runtime_new_topic(v_topic, j.topic_class, j.owner_key, j.org_id, j.visibility, p_at);
        SELECT s.seq, s.chain, s.seq_offset INTO v_seq, v_chain, v_offset
          FROM sync_topic_sequences s WHERE s.topic = v_topic FOR NO KEY UPDATE;
      END IF;
    END IF;
    v_seq := v_seq + 1;
    IF (j.topic_class = 'run_events' OR j.topic_class = 'codex_worker_events' AND starts_with(v_topic, 'worker:'))
       AND v_seq - v_offset <> j.doc_version THEN
      RAISE EXCEPTION 'topic % is at %, its run or worker at %', v_topic, v_seq - v_offset, j.doc_version
        USING ERRCODE = 'OA001';
    END IF;
    v_chain := sha256(v_chain || int8send(v_seq) || j.sha);
    w_seq := w_seq || v_seq;
    w_chain := w_chain || v_chain;
    w_ord := w_ord || j.ord;
  END LOOP;
  IF v_topic IS NULL THEN
    RETURN;
  END IF;
  UPDATE sync_topic_sequences SET seq = v_seq, chain = v_chain, updated_at = p_at WHERE topic = v_topic;
  o_topic := v_topic; o_head := v_seq; RETURN NEXT;

  INSERT INTO sync_stream_events (topic, seq, kind, doc_key, doc_version, payload, payload_sha256, schema_version,
                                  metadata, chain, inserted_at)
  SELECT r.topic, w.seq, r.kind, r.doc_key, r.doc_version, r.payload, 'sha256:' || encode(r.sha, 'hex'), 1,
         r.metadata, w.chain, p_at
    FROM unnest(w_ord, w_seq, w_chain) AS w(ord, seq, chain)
    JOIN unnest(p_rows) WITH ORDINALITY AS
         r(topic, kind, doc_key, doc_version, payload, sha, metadata, is_doc, topic_class, owner_key, org_id,
           visibility, ord) USING (ord);

  INSERT INTO sync_topic_docs AS d (topic, doc_key, doc_version, payload, payload_sha256, seq, deleted)
  SELECT DISTINCT ON (r.topic, r.doc_key) r.topic, r.doc_key, r.doc_version, r.payload,
         'sha256:' || encode(r.sha, 'hex'), w.seq, false
    FROM unnest(w_ord, w_seq) AS w(ord, seq)
    JOIN unnest(p_rows) WITH ORDINALITY AS
         r(topic, kind, doc_key, doc_version, payload, sha, metadata, is_doc, topic_class, owner_key, org_id,
           visibility, ord) USING (ord)
   WHERE r.is_doc
   ORDER BY r.topic, r.doc_key, w.seq DESC
  ON CONFLICT (topic, doc_key) DO UPDATE
     SET doc_version = excluded.doc_version, payload = excluded.payload, payload_sha256 = excluded.payload_sha256,
         seq = excluded.seq, deleted = false;
END $$;

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
