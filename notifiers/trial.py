"""The message that tries a channel out; in both languages, since its reader may be anybody."""

TRIAL_SUBJECT = "督办系统测试 Duban test"
TRIAL_TEXT = "这是一条测试消息，无需处理。\nThis is a test; nothing is to be done.\n"
