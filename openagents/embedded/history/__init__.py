"""The delivery log checker: what clients sent and saw, kept as JSON lines, judged afterwards from outside.

`recorder.Recorder` writes a history, `checker.check` judges one, `sockets.RecordingSockets` records what an SDK client
receives. Pure: no Django, no database, no knowledge of how a plane works inside.
"""
