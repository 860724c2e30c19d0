"""The certified copy that is handed over to the site."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import trial_edc.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0003_casebooks_as_pdf'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CopyHandover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('approved_at', models.DateTimeField(null=True)),
                ('sha256', models.CharField(max_length=64)),
                ('entered_at', models.DateTimeField(default=trial_edc.clock.now)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('export', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='handover', to='exports.export')),
            ],
            options={
                'ordering': ('id',),
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='handover_is_whole'), models.CheckConstraint(condition=models.Q(('approved_by', models.F('entered_by')), _negated=True), name='handover_is_by_two')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='copyhandover',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'register', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}'\n            );\n            RETURN NULL;\n        ", hash='f6f8dcc63aac877a6e9e41acf6d86f35300feae2', operation='INSERT OR UPDATE', pgid='pgtrigger_record_a248c', table='exports_copyhandover', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='copyhandover',
            trigger=pgtrigger.compiler.Trigger(name='refuse_removal', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        RAISE EXCEPTION 'Rows of % are never removed.', TG_TABLE_NAME\n        USING ERRCODE = 'AU003';\n    ", hash='f99f145dbe232f118b22bf9685d220446206e1d8', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_refuse_removal_7e5df', table='exports_copyhandover', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='copyhandover',
            trigger=pgtrigger.compiler.Trigger(name='written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF to_jsonb(NEW) - '{approved_by_id,approved_at}'::text[]\n                <> to_jsonb(OLD) - '{approved_by_id,approved_at}'::text[]\n            OR EXISTS (\n                SELECT FROM jsonb_each(to_jsonb(OLD)) filled\n                WHERE filled.key = ANY ('{approved_by_id,approved_at}'::text[])\n                AND filled.value <> 'null'\n                AND to_jsonb(NEW) -> filled.key <> filled.value\n            ) THEN\n                RAISE EXCEPTION 'Rows of % stay as they were written.', TG_TABLE_NAME\n                USING ERRCODE = 'AU003';\n            END IF;\n            RETURN NEW;\n        ", hash='5f97e710baea9af96c36aa89750075802e5236d6', operation='UPDATE', pgid='pgtrigger_written_once_0c621', table='exports_copyhandover', when='BEFORE')),
        ),
    ]
