"""The console's verbs about deployments, schedules and notifications."""

from __future__ import annotations

from collections.abc import Collection

from flows.door import Door
from flows.schedule_views import DeploymentView, ScheduleSpec, ScheduleView, ScheduleWords
from lakeside.people import Act, changing


class KeepsSchedules(Door):
    """Schedules of our deployments, and who is told when a run fails."""

    def list_deployments(self) -> list[DeploymentView]:
        """The flows that can be started, with parameters, schedules, last and next runs."""
        from flows import schedules

        with self._client("The deployments") as client:
            return schedules.list_deployments(client)

    def list_schedules(self) -> list[ScheduleView]:
        """Every schedule of our deployments."""
        from flows import schedules

        with self._client("The schedules") as client:
            return schedules.list_schedules(client)

    @staticmethod
    def describe_schedule(spec: ScheduleSpec, n: int = 5) -> ScheduleWords:
        """A sentence and the next `n` times of a schedule; asks no server.

        Raises:
            SettingsError: the cron expression, the interval or the time zone cannot be; names it.
        """
        from flows.schedule_words import describe_schedule

        return describe_schedule(spec, n)

    @changing(Act.ADD_SCHEDULE)
    def add_schedule(self, spec: ScheduleSpec) -> ScheduleView:
        """Store a schedule; its first runs are planned when this returns.

        Raises:
            SettingsError: the spec or its parameters cannot be. NotFound: its flow has no deployment.
        """
        from flows import schedules

        with self._client(f"A schedule of {spec.flow}") as client:
            return schedules.add_schedule(client, spec)

    @changing(Act.CHANGE_SCHEDULE)
    def change_schedule(self, schedule_id: str, spec: ScheduleSpec) -> ScheduleView:
        """Replace a schedule's times, parameters and activity; its flow stays.

        Raises:
            SettingsError: the spec or its parameters cannot be. NotFound: there is no such schedule.
        """
        from flows import schedules

        with self._client(f"Schedule {schedule_id}") as client:
            return schedules.change_schedule(client, schedules.parse_schedule_id(schedule_id), spec)

    @changing(Act.PAUSE_SCHEDULE)
    def pause_schedule(self, schedule_id: str) -> None:
        """Stop a schedule from making runs and take back those it planned; NotFound for an unknown one."""
        self._set_active(schedule_id, False)

    @changing(Act.RESUME_SCHEDULE)
    def resume_schedule(self, schedule_id: str) -> None:
        """Let a schedule make runs again; they are planned when this returns. NotFound as above."""
        self._set_active(schedule_id, True)

    @changing(Act.REMOVE_SCHEDULE)
    def remove_schedule(self, schedule_id: str) -> None:
        """Delete a schedule and the runs it planned; NotFound for an unknown one."""
        from flows import schedules

        with self._client(f"Schedule {schedule_id}") as client:
            schedules.remove_schedule(client, schedules.parse_schedule_id(schedule_id))

    @changing(Act.SET_NOTIFICATION, hide=("url",))
    def set_notification(self, url: str, on: Collection[str] = ("failed", "check")) -> None:
        """Post a message to this Slack-style webhook when a run of ours fails; replaces the one before.

        Args:
            url: where to; kept by the server in a secret block and shown to nobody again.
            on: `failed` (a run failed or crashed) and `check` (a month failed its checks).

        Raises:
            SettingsError: the URL is not http(s), or `on` names something else.
        """
        from flows import notifications

        with self._client("The notification") as client:
            notifications.set_notification(client, url, on)

    def has_notification(self) -> bool:
        """Whether somebody is told when a run fails."""
        from flows import notifications

        with self._client("The notification") as client:
            return notifications.has_notification(client)

    @changing(Act.REMOVE_NOTIFICATION)
    def remove_notification(self) -> None:
        """Tell nobody any more and forget the URL; nothing happens when there is none."""
        from flows import notifications

        with self._client("The notification") as client:
            notifications.remove_notification(client)

    def _set_active(self, schedule_id: str, active: bool) -> None:
        from flows import schedules

        with self._client(f"Schedule {schedule_id}") as client:
            schedules.set_active(client, schedules.parse_schedule_id(schedule_id), active)
