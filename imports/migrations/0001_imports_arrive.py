"""Laboratory files become a face of their own; their tables stay as they are."""

import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
import trial_edc.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('entry', '0003_imports_leave'),
        ('casebook', '0002_order_of_forms'),
        ('visits', '0003_calendar_feed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[
        migrations.CreateModel(
            name='ImportSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(null=True, verbose_name='valid to')),
                ('mapping', models.JSONField(default=dict)),
                ('approved_at', models.DateTimeField(null=True)),
                ('credential_hash', models.CharField(max_length=64, null=True, unique=True)),
                ('credential_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('laboratory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sources', to='visits.laboratory')),
            ],
            options={
                'db_table': 'entry_importsource',
                'ordering': ('code',),
            },
        ),
        migrations.CreateModel(
            name='ImportedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('size_bytes', models.PositiveIntegerField()),
                ('via', models.CharField(max_length=8)),
                ('received_at', models.DateTimeField(default=trial_edc.clock.now)),
                ('mapping', models.JSONField(default=dict)),
                ('encoding', models.CharField(blank=True, max_length=10)),
                ('state', models.CharField(choices=[('received', 'awaits its mapping'), ('planning', 'being read'), ('ready', 'awaits a decision'), ('storing', 'being stored'), ('done', 'stored'), ('discarded', 'discarded'), ('failed', 'failed')], default='received', max_length=9)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('new', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('reason_code', models.CharField(blank=True, max_length=20)),
                ('reason_text', models.TextField(blank=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('report_sha256', models.CharField(blank=True, max_length=64)),
                ('problem', models.TextField(blank=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('received_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='imports.importsource')),
            ],
            options={
                'db_table': 'entry_importedfile',
                'ordering': ('-id',),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImportedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('code', models.CharField(blank=True, max_length=3)),
                ('item', models.CharField(blank=True, max_length=60)),
                ('sampled_at', models.CharField(blank=True, max_length=16)),
                ('old', models.CharField(blank=True, max_length=200)),
                ('new', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('new', 'new'), ('changed', 'changed'), ('unchanged', 'unchanged'), ('refused', 'refused')], max_length=9)),
                ('holds', models.BooleanField(default=False)),
                ('is_left_out', models.BooleanField(default=False)),
                ('findings', models.JSONField(default=list)),
                ('outcome', models.CharField(blank=True, choices=[('new', 'new'), ('changed', 'changed'), ('unchanged', 'unchanged'), ('refused', 'refused')], max_length=9)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told', to='imports.importedfile')),
                ('form', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.forminstance')),
                ('participant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.participant')),
            ],
            options={
                'db_table': 'entry_importedrow',
                'ordering': ('line',),
                'indexes': [models.Index(fields=['file', 'state', 'line'], name='rows_by_state'), models.Index(fields=['file', 'participant'], name='rows_by_participant')],
                'constraints': [models.UniqueConstraint(fields=('file', 'line'), name='one_row_a_line')],
            },
        ),
        migrations.AddConstraint(
            model_name='importsource',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='source_approval_whole'),
        ),
        migrations.AddConstraint(
            model_name='importsource',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', models.F('entered_by')), _negated=True), name='source_by_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='importsource',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credential_at', None), ('credential_hash', None)), models.Q(('credential_at__isnull', False), ('credential_hash__isnull', False)), _connector='OR'), name='source_credential_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importsource',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'row', TG_TABLE_NAME, TG_OP, OLD, NEW, '{credential_hash}'\n            );\n            RETURN NULL;\n        ", hash='ad9892f8954ad656b5d647aaa6992af09c3875d9', operation='INSERT OR UPDATE', pgid='pgtrigger_record_64e3e', table='entry_importsource', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importsource',
            trigger=pgtrigger.compiler.Trigger(name='refuse_removal', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        RAISE EXCEPTION 'Rows of % are never removed.', TG_TABLE_NAME\n        USING ERRCODE = 'AU003';\n    ", hash='8d1c4410125f2fed82cf076c5cb3b8889b95481f', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_refuse_removal_a1928', table='entry_importsource', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='importedfile',
            index=models.Index(fields=['source', 'sha256'], name='file_of_source'),
        ),
        migrations.AddConstraint(
            model_name='importedfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('rows', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('new'), '+', models.F('changed')), '+', models.F('unchanged')), '+', models.F('refused'))), _connector='OR'), name='import_rows_reconciled'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importedfile',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'row', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}'\n            );\n            RETURN NULL;\n        ", hash='4ae85827cc04abcb0f4791c768b8b32bea80d468', operation='INSERT OR UPDATE', pgid='pgtrigger_record_426b5', table='entry_importedfile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importedfile',
            trigger=pgtrigger.compiler.Trigger(name='refuse_removal', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        RAISE EXCEPTION 'Rows of % are never removed.', TG_TABLE_NAME\n        USING ERRCODE = 'AU003';\n    ", hash='4994fb70f71f92b7f81c5a05696080c2bd081a4a', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_refuse_removal_0ddcd', table='entry_importedfile', when='BEFORE')),
        ),
    ])]
