"""The event store on chDB, ClickHouse's engine in this process."""
