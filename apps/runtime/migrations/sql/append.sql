-- The append: many appends in, one result per append out, one transaction.
--
-- Everything that must be decided under the run's lock is decided here, in arrival order: ownership, idempotency,
-- expected_previous_seq, the state machine, the rate window, the sequence number. Then events, run heads, projections,
-- journal rows and topic chains are written set by set. Locks: runs by id, then topics by byte order, so that no two
-- calls can wait for each other.
--
-- What it costs does not depend on how much has been written before:
-- 1. Stored idempotency keys are looked up item by item (LATERAL ... LIMIT 1). As a plain join the planner, which
--    takes any JSON array for a hundred rows, preferred to read the whole key index and hash it as long as that looked
--    cheaper than a hundred probes: measured with 27,000 events, one append read 9,600 to 21,700 index entries and took
--    4,200 to 4,900 microseconds of CPU instead of 1,050. It got worse with every event until the log was so large, and
--    its statistics so fresh, that probing won. A subquery with LIMIT is not flattened, so there is nothing to prefer.
-- 2. Runs are locked through an array of their ids, whose length the planner knows, instead of a subquery over the
--    JSON, which again counted as a hundred rows and made it read the whole table of runs.
-- 3. Sequential scans are off inside. A connection keeps the plans of its first calls; those it made while the log fitted
--    on a page read all of it, and went on to when it had 200,000 rows: 32,000 microseconds of CPU for one append and
--    1.5 s for a batch of 50, until new statistics threw the plans away. The setting costs about 20 microseconds a call.

CREATE FUNCTION runtime_next_status(p_trigger text, p_status text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- The state after a trigger, null when illegal. Equal to apps/runtime/domain/run_states.py, cell by cell (tested).
  SELECT CASE p_trigger
    WHEN 'started' THEN CASE WHEN p_status IN ('created', 'running') THEN 'running' END
    WHEN 'cancel_requested' THEN CASE WHEN p_status IN ('created', 'running', 'canceling') THEN 'canceling' END
    WHEN 'succeeded' THEN CASE WHEN p_status IN ('created', 'running', 'succeeded') THEN 'succeeded' END
    WHEN 'failed' THEN CASE WHEN p_status IN ('created', 'running', 'canceling', 'failed') THEN 'failed' END
    WHEN 'canceled' THEN CASE WHEN p_status IN ('created', 'running', 'canceling', 'canceled') THEN 'canceled' END
  END
$$;

CREATE FUNCTION runtime_run_hash(p_id uuid, p_status text, p_last_seq bigint, p_event_count bigint)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- projection_hash: `sha256:` of the canonical {run_id, status, last_seq, event_count}.
  SELECT 'sha256:' || encode(sha256(convert_to('{"event_count":' || p_event_count || ',"last_seq":' || p_last_seq
           || ',"run_id":"' || p_id || '","status":"' || p_status || '"}', 'UTF8')), 'hex')
$$;

CREATE FUNCTION runtime_run_document(r run) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  -- The summary document of `user:{id}:runs`, in canonical form.
  SELECT '{"event_count":' || r.event_count || ',"last_seq":' || r.latest_seq
      || ',"org_id":' || runtime_json(r.org_id)
      || ',"projection_hash":"' || runtime_run_hash(r.id, r.status, r.latest_seq, r.event_count)
      || '","projection_version":1,"run_id":"' || r.id
      || '","runtime_source":{"run_id":"' || r.id || '","seq":' || r.latest_seq
      || '},"status":"' || r.status
      || '","terminal_at":' || runtime_json(runtime_rfc3339(r.terminal_at))
      || ',"terminal_reason":' || runtime_json(r.terminal_reason)
      || ',"terminal_reason_class":' || runtime_json(r.terminal_reason_class)
      || ',"thread_id":' || runtime_json(r.thread_id)
      || ',"updated_at":' || runtime_json(runtime_rfc3339(r.updated_at))
      || ',"worker_id":' || runtime_json(r.worker_id) || '}'
$$;

CREATE FUNCTION runtime_terminal_notification_id(p_id uuid) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- Derived, so that the notification of a run's end has one id whoever computes it.
  SELECT 'ntf_' || substr(encode(sha256(convert_to('{"run_id":"' || p_id || '","type":"run_terminal"}', 'UTF8')), 'hex'), 1, 24)
$$;

CREATE FUNCTION runtime_append(p_items jsonb, p_rate_limit int)
RETURNS TABLE (o_kind text, o_group int, o_index int, o_seq bigint, o_at timestamptz, o_code text, o_detail jsonb)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
-- p_items: array of
--   {g, i, run_id, owner|null, source, event_type, trigger|null, payload (canonical text), sha, fp, key|null,
--    expected|null, reason_class|null, reason|null, rid|null, show|null}
-- Items of one group `g` are one request: contiguous, of one run, accepted or refused together. `owner` null skips the
-- ownership check (service calls). p_rate_limit: appends (groups) per run and second, 0 for none.
-- Result rows: `ok` and `replay` per item with seq and time; `refused` per refused group with the index of the item,
-- a code and details; `head` per written topic with the topic as code and its new head as seq; `run` with the row as
-- this call leaves it, once for each run of which an item has `show`.
DECLARE
  r record;
  v_now timestamptz := clock_timestamp();
  v_second bigint := floor(extract(epoch FROM clock_timestamp()));
  v_runs uuid[];
  v_run uuid;
  v_group int;
  -- the run at hand
  run_row run%ROWTYPE;
  v_before bigint;
  v_at timestamptz;
  -- the group at hand: what to fall back to when it is refused
  g_run run%ROWTYPE;
  g_at timestamptz;
  g_events int;
  g_keys int;
  g_outcomes int;
  g_new int;
  g_replays int;
  g_refused boolean;
  -- keys placed by this very call, of the run at hand
  k_key text[] := '{}';
  k_fp text[] := '{}';
  k_seq bigint[] := '{}';
  k_at timestamptz[] := '{}';
  v_known int;
  v_known_seq bigint;
  v_known_fp text;
  v_known_at timestamptz;
  v_next text;
  v_code text;
  v_detail jsonb;
  -- events to write
  e_rows run_event[] := '{}';
  e_rid text[] := '{}';
  -- outcomes of accepted items
  a_kind text[] := '{}';
  a_group int[] := '{}';
  a_index int[] := '{}';
  a_seq bigint[] := '{}';
  a_at timestamptz[] := '{}';
  -- runs that moved
  u_rows run[] := '{}';
  u_before bigint[] := '{}';
  u_type text[] := '{}';
  v_last_type text;
  -- runs that somebody asked to be shown
  v_show boolean;
  s_rows run[] := '{}';
  v_journal runtime_journal_row[];
BEGIN
  SELECT array_agg(DISTINCT (item->>'run_id')::uuid) INTO v_runs FROM jsonb_array_elements(p_items) AS item;
  PERFORM 1 FROM run WHERE run.id = ANY (v_runs) ORDER BY run.id FOR NO KEY UPDATE;

  FOR r IN
    SELECT i.*, e.seq AS stored_seq, e.fingerprint AS stored_fp, e.recorded_at AS stored_at
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS
             (g int, i int, run_id uuid, owner text, source text, event_type text, trigger text, payload text, sha text,
              fp text, key text, expected bigint, reason_class text, reason text, rid text, show boolean)) WITH ORDINALITY
           AS i(g, i, run_id, owner, source, event_type, trigger, payload, sha, fp, key, expected, reason_class, reason,
                rid, show, ord)
      LEFT JOIN LATERAL (SELECT k.seq, k.fingerprint, k.recorded_at FROM run_event k
                          WHERE k.run_id = i.run_id AND k.source = i.source AND k.idempotency_key = i.key
                          LIMIT 1) AS e ON true
     ORDER BY i.run_id, i.ord
  LOOP
    IF r.run_id IS DISTINCT FROM v_run THEN
      IF v_run IS NOT NULL AND run_row.latest_seq > v_before THEN
        u_rows := u_rows || run_row; u_before := u_before || v_before; u_type := u_type || v_last_type;
      END IF;
      IF v_show AND run_row.id IS NOT NULL THEN s_rows := s_rows || run_row; END IF;
      v_show := false;
      SELECT * INTO run_row FROM run WHERE run.id = r.run_id;
      v_run := r.run_id;
      v_before := run_row.latest_seq;
      v_at := greatest(v_now, run_row.updated_at);
      k_key := '{}'; k_fp := '{}'; k_seq := '{}'; k_at := '{}';
      v_group := NULL;
    END IF;
    IF r.g IS DISTINCT FROM v_group THEN
      v_group := r.g;
      g_run := run_row; g_at := v_at;
      g_events := cardinality(e_rows); g_keys := cardinality(k_key); g_outcomes := cardinality(a_kind);
      g_new := 0; g_replays := 0; g_refused := false;
    END IF;
    v_show := v_show OR coalesce(r.show, false);
    CONTINUE WHEN g_refused;

    v_code := NULL; v_detail := NULL; v_known_seq := NULL;
    IF run_row.id IS NULL THEN
      v_code := 'not_found';
    ELSIF r.owner IS NOT NULL AND r.owner <> run_row.owner_key THEN
      v_code := 'forbidden';
    ELSE
      IF r.key IS NOT NULL THEN
        v_known := array_position(k_key, r.source || chr(31) || r.key);
        IF v_known IS NOT NULL THEN
          v_known_seq := k_seq[v_known]; v_known_fp := k_fp[v_known]; v_known_at := k_at[v_known];
        ELSIF r.stored_seq IS NOT NULL THEN
          v_known_seq := r.stored_seq; v_known_fp := r.stored_fp; v_known_at := r.stored_at;
        END IF;
      END IF;
      IF v_known_seq IS NOT NULL AND v_known_fp <> r.fp THEN
        v_code := 'idempotency_key_conflict';
      ELSIF v_known_seq IS NOT NULL AND g_new > 0 OR v_known_seq IS NULL AND g_replays > 0 THEN
        v_code := 'partial_batch_replay';
      ELSIF v_known_seq IS NOT NULL THEN
        g_replays := g_replays + 1;
        a_kind := a_kind || 'replay'::text; a_group := a_group || r.g; a_index := a_index || r.i;
        a_seq := a_seq || v_known_seq; a_at := a_at || v_known_at;
        CONTINUE;
      ELSIF r.expected IS NOT NULL AND r.expected <> run_row.latest_seq THEN
        v_code := 'sequence_conflict';
        v_detail := jsonb_build_object('expected_previous_seq', r.expected, 'actual_previous_seq', run_row.latest_seq);
      ELSIF r.trigger IS NOT NULL THEN
        v_next := runtime_next_status(r.trigger, run_row.status);
        IF v_next IS NULL THEN
          v_code := 'invalid_run_transition';
          v_detail := jsonb_build_object('status', run_row.status, 'event_type', r.event_type);
        END IF;
      END IF;
      IF v_code IS NULL AND g_new = 0 AND p_rate_limit > 0 THEN
        IF run_row.rate_second = v_second AND run_row.rate_count >= p_rate_limit THEN
          v_code := 'khala_publish_rate_limited';
          v_detail := jsonb_build_object('topic', 'run:' || run_row.id || ':events', 'topic_class', 'run_events',
                        'max_publish_per_second', p_rate_limit, 'retry_after_ms',
                        greatest(1, 1000 - floor(extract(epoch FROM v_now) * 1000)::bigint % 1000));
        ELSE
          run_row.rate_count := CASE WHEN run_row.rate_second = v_second THEN run_row.rate_count + 1 ELSE 1 END;
          run_row.rate_second := v_second;
        END IF;
      END IF;
    END IF;

    IF v_code IS NOT NULL THEN
      run_row := g_run; v_at := g_at; g_refused := true;
      e_rows := e_rows[1:g_events]; e_rid := e_rid[1:g_events];
      k_key := k_key[1:g_keys]; k_fp := k_fp[1:g_keys]; k_seq := k_seq[1:g_keys]; k_at := k_at[1:g_keys];
      a_kind := a_kind[1:g_outcomes]; a_group := a_group[1:g_outcomes]; a_index := a_index[1:g_outcomes];
      a_seq := a_seq[1:g_outcomes]; a_at := a_at[1:g_outcomes];
      o_kind := 'refused'; o_group := r.g; o_index := r.i; o_seq := NULL; o_at := NULL;
      o_code := v_code; o_detail := v_detail;
      RETURN NEXT;
      CONTINUE;
    END IF;

    g_new := g_new + 1;
    run_row.latest_seq := run_row.latest_seq + 1;
    run_row.event_count := run_row.event_count + 1;
    run_row.updated_at := v_at;
    v_last_type := r.event_type;
    IF r.trigger IS NOT NULL THEN
      run_row.status := v_next;
      run_row.cancel_requested := run_row.cancel_requested OR r.trigger = 'cancel_requested';
      IF v_next IN ('succeeded', 'failed', 'canceled') AND run_row.terminal_at IS NULL THEN
        run_row.terminal_at := v_at;
        run_row.terminal_reason := left(r.reason, 4096);
        run_row.terminal_reason_class := coalesce(left(r.reason_class, 255), CASE v_next
          WHEN 'succeeded' THEN 'completed' WHEN 'failed' THEN 'failed'
          ELSE CASE WHEN run_row.cancel_requested THEN 'cancel_requested' ELSE 'canceled' END END);
      END IF;
    END IF;
    e_rows := e_rows || ROW(r.run_id, run_row.latest_seq, r.event_type, r.payload, r.sha, r.fp, r.source, r.key, v_at)::run_event;
    e_rid := e_rid || coalesce(r.rid, '');
    IF r.key IS NOT NULL THEN
      k_key := k_key || (r.source || chr(31) || r.key); k_fp := k_fp || r.fp;
      k_seq := k_seq || run_row.latest_seq; k_at := k_at || v_at;
    END IF;
    a_kind := a_kind || 'ok'::text; a_group := a_group || r.g; a_index := a_index || r.i;
    a_seq := a_seq || run_row.latest_seq; a_at := a_at || v_at;
  END LOOP;
  IF v_run IS NOT NULL AND run_row.latest_seq > v_before THEN
    u_rows := u_rows || run_row; u_before := u_before || v_before; u_type := u_type || v_last_type;
  END IF;
  IF v_show AND run_row.id IS NOT NULL THEN s_rows := s_rows || run_row; END IF;

  IF cardinality(s_rows) > 0 THEN
    RETURN QUERY SELECT 'run'::text, NULL::int, NULL::int, s.latest_seq, NULL::timestamptz, NULL::text, to_jsonb(s)
      FROM unnest(s_rows) AS s;
  END IF;
  RETURN QUERY SELECT o.kind, o.grp, o.idx, o.seq, o.at, NULL::text, NULL::jsonb
    FROM unnest(a_kind, a_group, a_index, a_seq, a_at) AS o(kind, grp, idx, seq, at);
  IF cardinality(e_rows) = 0 THEN
    RETURN;
  END IF;

  INSERT INTO run_event (run_id, seq, event_type, payload_text, payload_sha256, fingerprint, source, idempotency_key,
                         recorded_at)
  SELECT e.run_id, e.seq, e.event_type, e.payload_text, e.payload_sha256, e.fingerprint, e.source, e.idempotency_key,
         e.recorded_at FROM unnest(e_rows) AS e;

  UPDATE run SET status = u.status, latest_seq = u.latest_seq, event_count = u.event_count,
         cancel_requested = u.cancel_requested, terminal_at = u.terminal_at,
         terminal_reason_class = u.terminal_reason_class, terminal_reason = u.terminal_reason,
         rate_second = u.rate_second, rate_count = u.rate_count, updated_at = u.updated_at
    FROM unnest(u_rows) AS u WHERE run.id = u.id;

  INSERT INTO run_summary AS s (run_id, status, last_seq, event_count, projection_hash, updated_at)
  SELECT u.id, u.status, u.latest_seq, u.event_count, runtime_run_hash(u.id, u.status, u.latest_seq, u.event_count),
         u.updated_at FROM unnest(u_rows) AS u
  ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, last_seq = excluded.last_seq,
     event_count = excluded.event_count, projection_hash = excluded.projection_hash, updated_at = excluded.updated_at;

  -- A checkpoint that was not where the log was: the write above has repaired it, the fact is kept.
  WITH moved AS (
    INSERT INTO projection_checkpoint AS c (projection_name, entity_id, document_id, last_runtime_seq, last_event_type,
                                            projection_version, summary_hash, last_projected_at)
    SELECT 'run_summary', u.id::text, 'runtime/run_summary:' || u.id, u.latest_seq, t.event_type, 1,
           runtime_run_hash(u.id, u.status, u.latest_seq, u.event_count), u.updated_at
      FROM unnest(u_rows) WITH ORDINALITY AS u JOIN unnest(u_type) WITH ORDINALITY AS t(event_type, ordinality)
           USING (ordinality)
    ON CONFLICT (projection_name, entity_id) DO UPDATE
       SET last_runtime_seq = excluded.last_runtime_seq, last_event_type = excluded.last_event_type,
           projection_version = excluded.projection_version, summary_hash = excluded.summary_hash,
           last_projected_at = excluded.last_projected_at
    RETURNING new.entity_id, old.last_runtime_seq AS was
  )
  INSERT INTO projection_drift (topic, reason, expected_next_seq, last_seen_seq, incoming_seq, detected_at, resolved_at)
  SELECT 'run:' || m.entity_id || ':events', CASE WHEN coalesce(m.was, 0) > b.before THEN 'checkpoint_ahead' ELSE 'sequence_gap' END,
         coalesce(m.was, 0) + 1, coalesce(m.was, 0), b.before + 1, v_now, v_now
    FROM moved m
    JOIN (SELECT u.id::text AS entity_id, x.before
            FROM unnest(u_rows) WITH ORDINALITY AS u JOIN unnest(u_before) WITH ORDINALITY AS x(before, ordinality)
                 USING (ordinality)) b USING (entity_id)
   WHERE coalesce(m.was, 0) <> b.before;

  SELECT array_agg(ROW(x.topic, x.kind, x.doc_key, x.doc_version, x.payload, x.sha, x.metadata, x.is_doc, x.topic_class,
                       x.owner_key, x.org_id, x.visibility)::runtime_journal_row ORDER BY x.part, x.ord)
    INTO v_journal
    FROM (
      SELECT 1 AS part, e.ordinality AS ord, 'run:' || e.run_id || ':events' AS topic, e.event_type AS kind,
             'run:' || e.run_id || ':event:' || e.seq AS doc_key, e.seq AS doc_version, e.payload_text AS payload,
             decode(e.payload_sha256, 'hex') AS sha,
             jsonb_build_object('run_id', e.run_id, 'event_seq', e.seq, 'occurred_at', runtime_rfc3339(e.recorded_at),
                                'projected_at', runtime_rfc3339(e.recorded_at), 'hydration_required', false,
                                'request_id', q.rid) AS metadata,
             false AS is_doc, 'run_events' AS topic_class, NULL AS owner_key, NULL AS org_id, NULL AS visibility
        FROM unnest(e_rows) WITH ORDINALITY AS e
        JOIN unnest(e_rid) WITH ORDINALITY AS q(rid, ordinality) USING (ordinality)
      UNION ALL
      SELECT 2, u.ordinality, 'user:' || substr(u.owner_key, 6) || ':runs', 'run.summary',
             'runtime/run_summary:' || u.id, u.latest_seq, d.payload, sha256(convert_to(d.payload, 'UTF8')),
             jsonb_build_object('run_id', u.id, 'event_seq', u.latest_seq, 'occurred_at', runtime_rfc3339(u.updated_at),
                                'projected_at', runtime_rfc3339(u.updated_at), 'hydration_required', false),
             true, 'run_summaries', u.owner_key, NULL, 'owner'
        FROM unnest(u_rows) WITH ORDINALITY AS u, LATERAL (SELECT runtime_run_document(u_rows[u.ordinality]) AS payload) AS d
       WHERE starts_with(u.owner_key, 'user:')
      UNION ALL
      SELECT 3, u.ordinality, 'user:' || substr(u.owner_key, 6) || ':notifications', 'notification.run_terminal',
             'notification:' || d.id, 1, d.payload, sha256(convert_to(d.payload, 'UTF8')),
             jsonb_build_object('run_id', u.id, 'event_seq', u.latest_seq, 'occurred_at', runtime_rfc3339(u.terminal_at),
                                'projected_at', runtime_rfc3339(u.updated_at), 'hydration_required', false),
             false, 'notifications', u.owner_key, NULL, 'owner'
        FROM unnest(u_rows) WITH ORDINALITY AS u
        JOIN unnest(u_before) WITH ORDINALITY AS x(before, ordinality) USING (ordinality),
             LATERAL (SELECT runtime_terminal_notification_id(u.id) AS id) AS n,
             LATERAL (SELECT n.id, '{"id":"' || n.id || '","ref":"run:' || u.id || '","title":"Run '
                             || u.status || '","type":"run_terminal"}' AS payload) AS d
       WHERE starts_with(u.owner_key, 'user:') AND u.terminal_at IS NOT NULL
         AND EXISTS (SELECT 1 FROM unnest(e_rows) AS e WHERE e.run_id = u.id AND e.event_type = 'run.finished')
         AND NOT EXISTS (SELECT 1 FROM run_event e WHERE e.run_id = u.id AND e.seq <= x.before
                           AND e.event_type = 'run.finished')
    ) AS x;

  RETURN QUERY SELECT 'head'::text, NULL::int, NULL::int, h.o_head, NULL::timestamptz, h.o_topic, NULL::jsonb
    FROM runtime_journal(v_journal, v_now) AS h;
END $$;
