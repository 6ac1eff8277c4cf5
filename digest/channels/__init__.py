"""How a message leaves: one module per channel, each with `send`, `check` and `close`.

`send` returns a Receipt or raises a DeliveryError that says what may be done next; a channel
never tries again by itself. `SlackChannel` has `confirm` too, since Slack can be asked.
"""
