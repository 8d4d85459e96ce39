# A program for any-progress: restic's status lines.
select(.message_type == "status") | {progressPercent: (.percent_done * 100)}
