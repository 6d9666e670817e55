"""The commands of `lifecycle`, one file a subject; heavy imports wait until a command needs them."""
