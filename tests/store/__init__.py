"""The store's contract, clause by clause, on real files. It stands in store/sqlite.py; this is what holds it.

| clause        | what of it                                         | tests                               |
| ------------- | -------------------------------------------------- | ----------------------------------- |
| Work          | never says BEGIN or COMMIT                         | test_concurrency                    |
|               | runs again, and only its last run counts           | test_not_recorded                   |
|               | waits for nothing: many share one commit           | test_writing                        |
| Answer        | only after the commit                              | test_writing; test_ownership        |
|               | what raises keeps nothing, neighbours all          | test_writing                        |
|               | the caller gets that exception, whatever it is     | test_writing                        |
| NotRecorded   | a full, failing, locked or read-only file          | test_not_recorded                   |
|               | believed over what a work makes of it              | test_not_recorded                   |
|               | may be recorded all the same, and is asked again   | test_cancelling, test_not_recorded  |
|               | a closed writer, a full queue                      | test_writing                        |
| Cancelling    | dropped before it began, by caller or deadline     | test_cancelling                     |
|               | recorded after it began, also when run again       | test_cancelling                     |
|               | a repeat is harmless                               | test_cancelling, test_deliveries    |
| Concurrency   | `change` takes one row, or it is Stale and undone  | test_writing                        |
|               | none of many at once is lost, one is first         | test_concurrency                    |
|               | each compare-and-set of ours                       | test_runs, test_approvals, ...      |
| Reading beside | one snapshot, waits for no writer, writes nothing  | test_reading                        |
|               | and does not make the log grow without an end      | test_log_size                       |
"""
